"""Builder of the release transcribed from the published assessment, from `data/published`.

Called by the command `transcribe`. `transcription` makes the tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from referrals.paths import PACKAGE, PUBLISHED, REFERENCE, RELEASES, SPREADSHEET_TEMPLATES, SQL
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.spreadsheets import tables as spreadsheets
from referrals.publishing.transcription import Transcription
from referrals.reference.codelists import codelist
from referrals.release import release as releases


def build(*, folder: Path = RELEASES, force: bool = False) -> bool:
    """Build the transcribed release in `folder`, unless one from the same inputs exists.

    Returns:
        Whether it was built.

    Raises:
        DataError: an input breaks its schema, or the ledger contradicts itself. An older release
            stays in place.
    """
    settings = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))
    target = folder / settings["release_id"]
    inputs = release_folder.digest(_inputs())
    if not force and releases.built_from(target) == inputs:
        return False
    transcription = Transcription(ledgers.load(PUBLISHED), settings)
    release_folder.write(
        target,
        fill=transcription.fill,
        metadata=_metadata(settings, inputs),
        finish=spreadsheets.write,
    )
    return True


def _inputs() -> list[Path]:
    """Return the files that the release depends on: its data, and all of our code."""
    paths = list(PACKAGE.rglob("*.py"))
    for folder in (
        PUBLISHED,
        REFERENCE,
        SPREADSHEET_TEMPLATES,
        SQL / "release_builder",
        SQL / "spreadsheets",
        SQL / "query",
    ):
        paths += folder.iterdir()
    return paths


def _metadata(settings: Mapping[str, Any], inputs: str) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{settings['release_id']}",
        "title": settings["title"],
        "status": settings["status"],
        "published_on": settings["published_on"],
        "revision": settings["revision"]["number"],
        "revised_on": settings["revision"]["on"].isoformat(),
        "revision_change": settings["revision"]["change"],
        "licenses": [{"name": settings["licence"], "title": settings["attribution"]}],
        "codelists": {name: _labels(name, codes) for name, codes in settings["codes"].items()},
        "inputs_sha256": inputs,
    }


def _labels(dimension: str, codes: Sequence[str]) -> dict[str, str]:
    return {code: codelist(dimension).label(code) for code in codes}
