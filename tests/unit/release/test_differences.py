"""The differences between two releases of one kind that are served at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.reference.codelists import DIMENSIONS
from referrals.release import differences
from referrals.release.differences import Comparison, Number, Reason
from referrals.release.release import Release, open_release
from tests.fixtures import rounded_release


@pytest.fixture(scope="module")
def comparison(invented: Release, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """A release, and one like it in which a cell is 3 more, one is gone and one is new."""
    cells = rounded_release.finest_cells()
    cells["value"] += 3 * (cells.index == 0)
    new = cells.iloc[[1]].copy()
    cells = cells.drop(index=1)
    new[["nationality", "outcome"]] = ["XAG", "NFA"]
    cells.loc[1] = new.iloc[0]
    assert not cells.duplicated(["period", *DIMENSIONS]).any()
    folder: Path = rounded_release.write(
        tmp_path_factory.mktemp("revised"), release_id="example-2", finest=cells
    )
    return differences.compare(invented, open_release(folder))


def test_a_release_does_not_differ_from_itself(invented: Release, release: Release) -> None:
    for each in (invented, release):
        found = differences.compare(each, each)
        assert found.changes == []
        assert found.compared > 100


def test_a_cell_that_changed_has_its_numbers_before_and_after(comparison: Comparison) -> None:
    first = rounded_release.finest_cells().iloc[0]
    codes = tuple(first[["period", *DIMENSIONS]])
    (change,) = [change for change in comparison.changes if change.codes == codes]
    assert change.reason is Reason.CHANGED
    assert (change.before, change.after) != (None, None)
    assert change.before
    assert change.after
    assert change.before.value == first["value"]
    assert change.after.value == first["value"] + 3


def test_a_cell_that_is_listed_no_more_is_0_in_a_release_that_adds_up(
    comparison: Comparison,
) -> None:
    gone = rounded_release.finest_cells().iloc[1]
    codes = tuple(gone[["period", *DIMENSIONS]])
    (change,) = [change for change in comparison.changes if change.codes == codes]
    assert change.after == Number(0, 0, 4)
    assert change.reason is Reason.CHANGED


def test_only_sums_of_the_changed_cells_differ(comparison: Comparison) -> None:
    finest = rounded_release.finest_cells()
    changed = [set(finest.iloc[place][[*DIMENSIONS]]) for place in (0, 1)]
    changed.append({*changed[1], "XAG", "NFA"})
    for change in comparison.changes:
        codes = {code for code in change.codes[1:] if code != "_T"}
        assert any(codes <= own for own in changed), change


def test_a_code_that_only_one_release_has_is_new_or_gone(release: Release, tmp_path: Path) -> None:
    one_year = rounded_release.finest_cells()
    one_year = one_year[one_year["year"] == "EY1"]
    less = open_release(rounded_release.write(tmp_path, finest=one_year))
    found = differences.compare(release, less)
    reasons = {change.reason for change in found.changes}
    assert reasons == {Reason.NEW, Reason.GONE}
    assert all(change.before is None or change.after is None for change in found.changes)


def test_releases_of_different_kinds_or_of_real_and_invented_figures_are_never_a_pair(
    release: Release, invented: Release
) -> None:
    assert differences.pairs([release, invented]) == []


def test_each_release_is_compared_with_the_one_before_it(
    comparison: Comparison, release: Release
) -> None:
    newest_first = [comparison.after, release, comparison.before]
    assert differences.pairs(newest_first) == [(comparison.before, comparison.after)]
