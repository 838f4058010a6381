"""The log of corrections: a line that is changed, removed or put elsewhere is noticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.reference import corrections

PUBLISHED = (
    "b00f9e2e8c0b300d0b768b586c0893b8d3c4880ea87a76d97416260c306de0ee",
    "1c6a25c2bdcff58d615509890389f17a8f3cbd3afbdbe822c750b2d319dc949d",
    "5ab7f1ac1e4990780265f91a31827526c40fb48bf62432800511de20ee25d3ee",
    "6985236329c9328313f0accd9ae46290bb08a6849d0c4e3d8881761c475f7d83",
    "1c4cfa2fa4eed23ad48f8854534121ac470d56133750289c76fe2380e568eadd",
    "a69a656391e1f63b8173ea73a5c64190925281db7ae9255b597f9b8bb35fcacd",
    "79b2461eff664b81a270812a96c5b996d71339196f3e373417214a11b185a4c8",
)
"""The checksum of every line that was ever published, in order. Add to it, and remove nothing."""

NEXT = len(PUBLISHED) + 1
Lines = list[str]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    shutil.copy(corrections.LOG.with_suffix(".schema.json"), tmp_path)
    return Path(shutil.copy(corrections.LOG, tmp_path))


def change(log: Path, edit: Callable[[Lines], Lines]) -> None:
    header, *lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([header, *edit(lines)]) + "\n", encoding="utf-8")


def test_every_correction_that_was_ever_published_is_still_in_the_log() -> None:
    assert tuple(correction.sha256 for correction in corrections.read()) == PUBLISHED


def test_corrections_are_numbered_and_in_order_of_their_days() -> None:
    log = corrections.read()
    assert [correction.number for correction in log] == [*range(1, len(log) + 1)]
    days = [correction.corrected_on for correction in log]
    assert days == sorted(days)


@pytest.mark.parametrize("place", range(len(PUBLISHED)))
def test_a_line_that_is_changed_is_named(log: Path, place: int) -> None:
    def edit(lines: Lines) -> Lines:
        lines[place] = lines[place].replace(" ", " not ", 1)
        return lines

    change(log, edit)
    with pytest.raises(DataError, match=rf"line {place + 2}: .* was changed"):
        corrections.read(log)


@pytest.mark.parametrize("place", range(len(PUBLISHED) - 1))
def test_a_line_that_is_removed_in_the_middle_is_named(log: Path, place: int) -> None:
    change(log, lambda lines: lines[:place] + lines[place + 1 :])
    with pytest.raises(DataError, match=f"correction {place + 1} is missing"):
        corrections.read(log)


def test_a_line_that_is_removed_and_the_others_numbered_anew_is_noticed(log: Path) -> None:
    def edit(lines: Lines) -> Lines:
        return [f"{number}{line[1:]}" for number, line in enumerate(lines[1:], start=1)]

    change(log, edit)
    with pytest.raises(DataError, match=r"line 2: .* was changed"):
        corrections.read(log)


def test_two_lines_in_each_others_place_are_noticed(log: Path) -> None:
    change(log, lambda lines: [lines[1], lines[0], *lines[2:]])
    with pytest.raises(DataError, match="correction 1 is missing"):
        corrections.read(log)


def test_the_error_for_a_new_line_has_its_checksum(log: Path) -> None:
    new = f"{NEXT},2026-12-01,2020-21,figures,It was 1.,It is 2.,A misprint."
    change(log, lambda lines: [*lines, f"{new},"])
    with pytest.raises(DataError, match=r"needs its checksum, [0-9a-f]{64}") as caught:
        corrections.read(log)
    checksum = str(caught.value).rstrip(".").split()[-1]
    change(log, lambda lines: [*lines[:-1], f"{new},{checksum}"])
    assert corrections.read(log)[-1].after == "It is 2."


def test_days_that_are_not_in_order_are_refused(log: Path) -> None:
    change(log, lambda lines: [*lines, f"{NEXT},2020-01-01,,text,a,b,c,"])
    with pytest.raises(DataError, match="checksum") as caught:
        corrections.read(log)
    checksum = str(caught.value).rstrip(".").split()[-1]
    change(log, lambda lines: [*lines[:-1], f"{NEXT},2020-01-01,,text,a,b,c,{checksum}"])
    with pytest.raises(DataError, match="not in order"):
        corrections.read(log)
