"""The verification of a release by the site, against the tampered releases of the script's test."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from referrals.errors import ReleaseError
from referrals.release import proof, verification
from referrals.release.proof import Fault, UnfinishedError
from referrals.release.release import Release, open_release
from referrals.release.verification import Verification
from tests.fixtures import published_releases
from tests.integration.test_verify_script import (
    ONE_OF_A_KIND,
    TAMPERED,
    UNREADABLE,
    folder,
    part,
    with_rules,
)

__all__ = ["folder"]


@pytest.fixture(autouse=True)
def _nothing_verified_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_RESULTS", {})
    monkeypatch.setattr(verification, "_FAILURES", {})


def verify(folder: Path) -> Verification:
    published_releases.sign(folder)
    return verification.verify(open_release(folder), max_seconds=60)


def test_a_sound_release_holds(folder: Path) -> None:
    found = verify(folder)
    assert found.holds
    assert found.numbers == len(published_releases.cells(folder))
    with gzip.open(folder / "witnesses.csv.gz", "rt") as stream:
        witnesses = {line.partition(",")[0] for line in stream.readlines()[1:]}
    assert found.witnesses == len(witnesses) > 1
    assert found.sums > found.witnesses


@pytest.mark.parametrize("name", [each for each in ONE_OF_A_KIND if UNREADABLE not in each.values])
def test_a_tampered_release_does_not_hold(folder: Path, name: str) -> None:
    TAMPERED[name](folder)
    # The pages come from the database, which is as it was: that alone would prove nothing.
    assert verify(folder).faults.keys() - {Fault.PAGES}


def test_a_cell_that_differs_from_the_pages_is_a_fault(folder: Path) -> None:
    TAMPERED["a cell is one more"](folder)
    assert verify(folder).faults[Fault.PAGES] > 0


def test_witnesses_with_an_unknown_code_are_an_error_that_names_the_file(folder: Path) -> None:
    TAMPERED[UNREADABLE](folder)
    with pytest.raises(ReleaseError, match=r"witnesses\.csv\.gz"):
        verify(folder)


def test_a_sum_that_is_known_from_an_exact_total_needs_no_range(folder: Path) -> None:
    own = [published_releases.YEAR, "_T", "_T", "_T", "F", "_T", "_T"]
    with_rules(known=[{"sum": own, "value": 5, "parts": [part(1, sex="F")]}])(folder)
    found = verify(folder)
    assert (found.holds, found.known) == (True, 1)


def test_an_edition_is_verified_once_for_all_readers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, runs = open_release(folder), []

    def counting(given: Release, *, max_seconds: float) -> Verification:
        runs.append(max_seconds)
        return Verification(1, 1, 1, 0, {})

    monkeypatch.setattr(verification, "verify", counting)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(verification.verified, [release] * 8))
    assert len(runs) == 1
    assert all(each is found[0] for each in found)


def test_a_verification_that_takes_too_long_ends_and_is_not_tried_again_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = open_release(folder)
    monkeypatch.setattr(verification, "MAX_SECONDS", -1.0)
    with pytest.raises(UnfinishedError, match="Nothing is known to be wrong"):
        verification.verified(release)
    monkeypatch.setattr(verification, "MAX_SECONDS", 60.0)
    with pytest.raises(UnfinishedError, match="Nothing is known to be wrong"):
        verification.verified(release)


def test_witnesses_that_unpack_to_too_much_are_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "MAX_WITNESS_BYTES", 100)
    with pytest.raises(UnfinishedError):
        verify(folder)
