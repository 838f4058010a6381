"""A second edition of the published release, put in the place of the first as a publisher does."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Final

import duckdb

from referrals.release import latest_published

REVISED: Final = "April 2020 to March 2021, revised"
"""What the second edition says of its period."""


def revise(place: Path) -> None:
    """Put a revision in the place of the published release, in one step: 706 males have become 707, and its period says so."""
    release = latest_published(place)
    building = Path(shutil.copytree(release, place / ".building"))
    with duckdb.connect(building / "release.duckdb") as connection:
        connection.execute("update release set period_label = $label", {"label": REVISED})
        connection.execute("update cells set value = 707, lower = 707, upper = 707 where value = 706")
        connection.execute("update evidence set shown = '707' where shown = '706'")
    manifest = json.loads((building / "datapackage.json").read_text(encoding="utf-8"))
    manifest["resources"][0]["hash"] = f"sha256:{hashlib.sha256((building / 'release.duckdb').read_bytes()).hexdigest()}"
    (building / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    release.rename(place / ".replaced")
    building.rename(release)
