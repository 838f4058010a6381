"""Extracts to test with, made of nobody, written where a test says and never in the repository."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

HEADER = "referral_id,referred_on,police_force,nationality,age,sex,crime_type,outcome"
TODAY = date(2021, 6, 30)

_SOUND = {
    "referral_id": "R1",
    "referred_on": "2020-04-01",
    "police_force": "kent",
    "nationality": "VNM",
    "age": "34",
    "sex": "F",
    "crime_type": "MS",
    "outcome": "NFA",
}


def line(number: int = 1, **cells: str) -> str:
    """Return a sound line with an id and age of its own, save the cells given, which are written as they are."""
    sound = {**_SOUND, "referral_id": f"R{number}", "age": str(number % 90), **cells}
    return ",".join(sound.values())


def write(folder: Path, lines: Sequence[str] | str | bytes, *, header: str = HEADER, name: str = "sound.csv") -> Path:
    """Write an extract: lines after a header, or all of its text or bytes. Return where it is."""
    path = folder / name
    if isinstance(lines, bytes):
        path.write_bytes(lines)
    else:
        text = lines if isinstance(lines, str) else "".join(f"{one}\n" for one in [header, *lines])
        path.write_text(text, encoding="utf-8", newline="")
    return path
