"""The script `verify.py` of a release, with which strangers check it: one file, without our code.

Called by both release builders. Its first part checks files and tables and is the same in every
release; its second checks the proof, which differs with the method of disclosure control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from referrals.paths import RELEASE_TEMPLATES

NAME: Final = "verify.py"
FILES: Final = RELEASE_TEMPLATES / NAME
ROUNDED: Final = RELEASE_TEMPLATES / "verify_rounded.py"
SUPPRESSED: Final = RELEASE_TEMPLATES / "verify_exact.py"


def write(folder: Path, proof: Path) -> None:
    """Write the script into the folder of a release. `proof` is its second part."""
    parts = [path.read_text(encoding="utf-8") for path in (FILES, proof)]
    (folder / NAME).write_text("\n\n".join(parts), encoding="utf-8")
