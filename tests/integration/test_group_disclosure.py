"""Group disclosure from extract to release: mended, refused or accepted, and attacked."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing import pipeline
from referrals.publishing.audit import audit
from referrals.publishing.audit.groups import near_certainty
from referrals.publishing.disclosure import group_disclosure, joins
from referrals.publishing.history import audit_log
from referrals.publishing.history.private_store import KEY
from referrals.publishing.options import Options
from referrals.publishing.pipeline import Summary
from referrals.publishing.release_builder import approval_mark
from referrals.reference.disclosure_rule import HIERARCHIES
from tests.fixtures import published_releases

pytestmark = pytest.mark.publishing

DAYS = ("2021-05-11", "2021-08-12", "2021-11-13", "2022-02-14")
REASON = "Ms Example of the board agreed on 3 May"
ACCEPTED = {"group-disclosure": REASON}


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write an extract of invented records with these codes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(published_releases.HEADER.split(","))
        for number, row in enumerate(rows):
            place = (row["day"], "kent", row["nationality"], row["age"], row["sex"])
            writer.writerow([f"R{number}", *place, row["crime"], row["outcome"], "synthetic"])
    return path


def mixed(nationality: str, age: str, number: int, crimes: tuple[str, ...]) -> list[dict[str, str]]:
    """Return records of a nationality and age in turn of each day, sex, crime and outcome."""
    turns = itertools.cycle(itertools.product(DAYS, "MF", crimes, ("NFA", "CASEWORK")))
    return [
        {
            "day": day,
            "sex": sex,
            "crime": crime,
            "outcome": outcome,
            "nationality": nationality,
            "age": age,
        }
        for day, sex, crime, outcome in itertools.islice(turns, number)
    ]


def children(path: Path) -> Path:
    """Write the first file of the case: all 229 under 18 are victims of modern slavery."""
    both = ("MS", "DA")
    rows = mixed("VNM", "16", 120, ("MS",)) + mixed("IND", "12", 109, ("MS",))
    for nationality, age in itertools.product(("VNM", "IND"), ("18", "25")):
        rows += mixed(nationality, age, 60, both)
    return write(path, rows)


def albanians(path: Path) -> Path:
    """Write the second file of the case: 193 of 194 Albanians are victims of modern slavery."""
    rows = mixed("ALB", "25", 103, ("MS",)) + mixed("ALB", "40", 90, ("MS",))
    rows += mixed("ALB", "40", 1, ("DA",))
    for nationality, age in itertools.product(("VNM", "IND", "CHN"), ("25", "40")):
        rows += mixed(nationality, age, 60, ("MS", "DA"))
    return write(path, rows)


def publish(extract: Path, private: Path, **more: object) -> Summary:
    """Publish with a fixed key: how much readers can conclude depends on the rounding."""
    private.mkdir(mode=0o700)
    (private / KEY).touch(mode=0o600)
    (private / KEY).write_text("group", encoding="utf-8")
    options = Options(
        release_id="case",
        releases=private.parent / "releases",
        private=private,
        published_on=date(2026, 11, 1),
        steps=200,
        **more,  # type: ignore[arg-type]
    )
    return pipeline.publish([extract], options)


def published(folder: Path, dimension: str) -> set[str]:
    return {row[dimension] for row in published_releases.cells(folder)}


def largest_share(folder: Path, dimension: str) -> float:
    """Return the largest share of one crime type in any code of a dimension, as it is shown."""
    totals: Counter[str] = Counter()
    crimes: Counter[tuple[str, str]] = Counter()
    for row in published_releases.cells(folder):
        if published_releases.is_finest(row):
            totals[row[dimension]] += int(row["value"])
            crimes[row[dimension], row["crime_type"]] += int(row["value"])
    return max(value / totals[code] for (code, _), value in crimes.items())


@pytest.mark.slow
def test_children_who_all_share_a_crime_type_are_grouped_with_the_next_age(tmp_path: Path) -> None:
    summary = publish(children(tmp_path / "records.csv"), tmp_path / "private")
    assert published(summary.folder, "age_band") == {"_T", "0-19", "20-29"}
    assert largest_share(summary.folder, "age_band") < 0.95
    assert "Under 18 and 18 and 19 join 'Under 20'" in summary.as_text()
    assert "229 of 229 referrals have the crime type Modern slavery" in summary.as_text()


@pytest.mark.slow
def test_a_nationality_of_whom_nearly_all_share_a_crime_type_joins_others(tmp_path: Path) -> None:
    summary = publish(albanians(tmp_path / "records.csv"), tmp_path / "private")
    assert "ALB" not in published(summary.folder, "nationality")
    assert largest_share(summary.folder, "nationality") < 0.95
    assert "Albania" in summary.as_text()
    assert "193 of 194 referrals" in summary.as_text()


@pytest.mark.slow
def test_the_attack_finds_the_group_if_nothing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_disclosure, "find_all", lambda _, **__: [])
    with pytest.raises(DisclosureError, match=r"age band 0-17 in 2021-22: \d+% or more are crime"):
        publish(children(tmp_path / "records.csv"), tmp_path / "private")


def test_a_group_that_no_join_mends_is_refused_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joins, "HIERARCHIES", dict.fromkeys(HIERARCHIES, "none"))
    with pytest.raises(
        DisclosureError, match=r"Under 18: 229 of 229 (?s:.*)--accept group-disclosure=REASON"
    ):
        publish(children(tmp_path / "records.csv"), tmp_path / "private")
    assert not (tmp_path / "private" / "staging").exists()


def test_an_unknown_check_cannot_be_accepted(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="small-numbers: no check of this name"):
        publish(tmp_path / "none.csv", tmp_path / "private", accepted={"small-numbers": "Why not"})


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    place = tmp_path_factory.mktemp("accepted")
    return publish(children(place / "records.csv"), place / "private", accepted=ACCEPTED)


@pytest.mark.slow
def test_an_accepted_group_is_published_as_it_is(accepted: Summary) -> None:
    assert "0-17" in published(accepted.folder, "age_band")
    control = json.loads((accepted.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert control["disclosure_control"]["accepted"] == ["group-disclosure"]


def test_the_certificate_and_the_audit_name_what_was_accepted(accepted: Summary) -> None:
    certificate = (accepted.folder / "certificate.md").read_text(encoding="utf-8")
    assert "has recorded the reason: group-disclosure." in certificate
    assert near_certainty.ACCEPTED in certificate
    assert near_certainty.CHECK not in certificate
    checks = {
        check.name.partition(": ")[2]: check.looked_at for check in audit.audit([accepted.folder])
    }
    assert checks[near_certainty.ACCEPTED] > 0


def test_the_reason_is_in_the_private_log_and_in_no_public_file(accepted: Summary) -> None:
    private = accepted.folder.parent.parent
    last = audit_log.entries(private)[-1]
    assert (last["action"], last["check"]) == ("accept", "group-disclosure")
    assert last["reason"] == REASON
    assert audit_log.problems(private) == []
    for path in accepted.folder.iterdir():
        assert b"Ms Example" not in path.read_bytes()


def test_the_report_has_risk_and_utility_and_is_private(accepted: Summary) -> None:
    report = accepted.report
    assert report is not None
    assert report.parent == accepted.folder.parent.parent / "reports"
    assert report.stat().st_mode & 0o077 == 0
    text = report.read_text(encoding="utf-8")
    assert "| 1 | 15 | 0.00 | 0.00 | 0 | 100% |" in text
    assert "229 of 229 referrals have the crime type Modern slavery" in text
    assert REASON in text
    assert str(report) in accepted.as_text()


def test_approving_a_draft_keeps_what_was_accepted(accepted: Summary, tmp_path: Path) -> None:
    copied = published_releases.copied(accepted.folder, tmp_path)
    approval_mark.mark_approved(copied, date(2026, 11, 2), {})
    assert "has recorded the reason: group-disclosure." in (copied / "certificate.md").read_text(
        encoding="utf-8"
    )
