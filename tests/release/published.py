"""Small releases to test with, published from invented records by the command line, and ways of tampering with them."""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from referrals.publishing.cli import main
from referrals.publishing.keeping import KEY

HEADER: Final = "referral_id,referred_on,police_force,nationality,age,sex,crime_type,outcome,channel"
YEAR: Final = "2021-22"
DAYS: Final = ("2021-05-11", "2021-08-12", "2021-11-13", "2022-02-14")
PUBLISHED_ON: Final = "2026-11-01"
RECORDS: Final = 300

Row = dict[str, str]
Rows = list[Row]


def record(number: int, chance: random.Random) -> str:
    """Return one invented record."""
    cells = (
        f"SECRET-{number:05d}",
        chance.choice(DAYS),
        "kent",
        chance.choices(("VNM", "ALB", "IND"), (5, 3, 2))[0],
        str(chance.choice((16, 25, 33, 45))),
        chance.choices("FM", (2, 1))[0],
        chance.choices(("MS", "DA"), (1, 2))[0],
        chance.choices(("NFA", "_NK"), (3, 1))[0],
        "illustrative",
    )
    return ",".join(cells)


def extract(path: Path, *, seed: int = 1, records: int = RECORDS, more: Sequence[str] = ()) -> Path:
    """Write an extract of invented records, and return where it is. Fewer records are the first of more."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret rests on it
    lines = [HEADER, *(record(number, chance) for number in range(records)), *more]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def command(path: Path, to: Path, private: Path, *, release: str = "small") -> list[str]:
    """Return the arguments that publish an extract."""
    chosen = {"--release": release, "--to": str(to), "--private": str(private), "--published-on": PUBLISHED_ON}
    return ["publish", str(path), *(part for pair in chosen.items() for part in pair)]


def publish(path: Path, to: Path, private: Path, *, release: str = "small") -> Path:
    """Publish an extract by the command line, and return the folder of the release.

    The key of a private folder follows from its name, so that a test finds the same release each time.
    """
    private.mkdir(exist_ok=True, mode=0o700)
    (private / KEY).touch(mode=0o600)
    (private / KEY).write_text(hashlib.sha256(private.name.encode()).hexdigest(), encoding="utf-8")
    assert main(command(path, to, private, release=release)) == 0
    return to / release


@functools.cache
def small(base: Path) -> Path:
    """Return the folder of a small release, published once for a folder of the session. Copy it before changing anything.

    The extract stands beside the folder of releases as `small.csv`, and the publisher's folder as `private`.
    """
    folder = base / "published"
    folder.mkdir()
    return publish(extract(folder / "small.csv"), folder / "out", folder / "private")


@functools.cache
def revised(base: Path, *, private: str) -> Path:
    """Return a release of the small one's records and two more people, made with a folder of decisions."""
    home = small(base).parent.parent
    path = extract(home / "revised.csv", records=RECORDS + 2)
    to = home / "out" if private == "private" else home / "elsewhere"
    return publish(path, to, home / private, release="revised")


def copied(folder: Path, to: Path) -> Path:
    """Return a copy of a release that can be changed."""
    return shutil.copytree(folder, to / folder.name)


def cells(folder: Path) -> Rows:
    """Return the rows of the published cells."""
    with (folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def witnesses(folder: Path) -> Rows:
    """Return the rows of the witnesses."""
    with gzip.open(folder / "witnesses.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def change_cells(folder: Path, change: Callable[[Rows], Rows]) -> None:
    """Write the published cells anew, changed."""
    rows = change(cells(folder))
    with (folder / "cells.csv").open("w", encoding="utf-8", newline="") as stream:
        _write(stream, list(rows[0]), rows)


def change_witnesses(folder: Path, change: Callable[[Rows], Rows]) -> None:
    """Write the witnesses anew, changed."""
    rows = witnesses(folder)
    with gzip.open(folder / "witnesses.csv.gz", "wt", encoding="utf-8", newline="") as stream:
        _write(stream, list(rows[0]), change(rows))


def _write(stream: Any, names: Sequence[str], rows: Rows) -> None:
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write the manifest anew, changed."""
    path = folder / "datapackage.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def book(folder: Path, suffix: str) -> Path:
    """Return where the spreadsheet of a release with an ending is."""
    return next(folder.glob(f"*{suffix}"))


def change_book(folder: Path, suffix: str, part: str, change: Callable[[str], str]) -> None:
    """Write a spreadsheet anew, with one of the files within it changed."""
    path = book(folder, suffix)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part] != before.encode()
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def sign(folder: Path) -> None:
    """Make the manifest agree with the files as they are: the least that a forger would do."""

    def agree(manifest: dict[str, Any]) -> None:
        for one in manifest["resources"]:
            content = (folder / one["path"]).read_bytes()
            one["bytes"], one["hash"] = len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"

    change_manifest(folder, agree)


def is_finest(row: Row) -> bool:
    """Return whether a row is one finest cell."""
    return "_T" not in row.values() and "-Q" in row["period"]


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a folder, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
