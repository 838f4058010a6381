"""A check of an extract foresees the groupings and the refusals of publishing it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from referrals.errors import DisclosureError, ExtractError
from referrals.publishing import cli, foresee, pipeline, rehearsal
from referrals.publishing.options import Options
from referrals.publishing.release_builder import suppressed

pytestmark = pytest.mark.publishing

TODAY = date(2026, 11, 30)
PERSONAL = ["nationality", "age", "sex", "crime_type", "outcome"]
HEADER = ["referral_id", "referred_on", "police_force", *PERSONAL]


def records(
    *, not_recorded: int = 0, first_quarter: int = 40, crimes: str = "MS DA"
) -> Iterator[list[object]]:
    """Invented records of two quarters, a few of them without a sex."""
    kinds = crimes.split()
    for number in range(first_quarter + 40):
        day = "2021-04-10" if number < first_quarter else "2021-07-10"
        sex = "not recorded" if number < not_recorded else "FM"[number % 2]
        nationality = ("Albania", "Vietnam")[number // 2 % 2]
        outcome = ("NFA", "ICE")[number // 4 % 2]
        age, crime = (20, 35)[number // 8 % 2], kinds[number // 16 % len(kinds)]
        yield [f"T{number}", day, "kent", nationality, age, sex, crime, outcome]


def written(folder: Path, rows: Iterator[list[object]], header: Sequence[object] = HEADER) -> Path:
    path = folder / "extract.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.fixture
def options(tmp_path: Path) -> Options:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    return Options("r", tmp_path / "releases", private, TODAY, steps=10)


def test_one_record_without_a_sex_is_grouped_with_the_reason(
    tmp_path: Path, options: Options
) -> None:
    found = foresee.forecast(written(tmp_path, records(not_recorded=1)), options, today=TODAY)
    assert not found.refusal
    assert any(
        "'Male, or sex not recorded'" in line or "'Female, or sex not recorded'" in line
        for line in found.groupings
    )
    assert "'Sex not recorded' has 1 in 2021-22, fewer than 10 people" in found.as_text()


@pytest.mark.parametrize(
    ("rows", "cause", "cure"),
    [
        (
            {"first_quarter": 9},
            "in 2021-Q2, and the totals of quarters",
            {"left_out": ("2021-Q2",)},
        ),
        (
            {"crimes": "MS"},
            "All the people of 2021-22 have the crime type MS",
            {"groups": (("crime_type", "_ANY"),)},
        ),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_refusal_is_foreseen_with_its_own_cause_and_its_cure_works(
    rows: dict[str, object], cause: str, cure: dict[str, object], tmp_path: Path, options: Options
) -> None:
    extract = written(tmp_path, records(**rows))  # type: ignore[arg-type]
    refused = foresee.forecast(extract, options, today=TODAY)
    assert cause in refused.refusal
    with pytest.raises(DisclosureError) as raised:
        pipeline.publish([extract], options)
    assert str(raised.value) == refused.refusal
    cured = replace(options, **cure)  # type: ignore[arg-type]
    assert not foresee.forecast(extract, cured, today=TODAY).refusal
    assert pipeline.publish([extract], cured).checks


def test_leaving_every_quarter_out_is_foreseen_as_a_refusal(
    tmp_path: Path, options: Options
) -> None:
    extract = written(tmp_path, records())
    nothing = replace(options, left_out=("2021-Q2", "2021-Q3"))
    assert foresee.forecast(extract, nothing, today=TODAY).refusal == foresee.NO_RECORDS
    with pytest.raises(ExtractError, match="No record is left to publish"):
        pipeline.publish([extract], nothing)


def test_fewer_than_one_step_is_refused(tmp_path: Path, options: Options) -> None:
    with pytest.raises(DisclosureError, match="--steps 0 is not valid"):
        pipeline.publish([tmp_path / "none.csv"], replace(options, steps=0))


def test_a_large_nationality_that_is_grouped_is_named_with_its_reason(
    tmp_path: Path, options: Options
) -> None:
    rows = list(records())
    for row in rows:
        if row[3] == "Albania":
            row[6] = "MS"
    found = foresee.forecast(written(tmp_path, iter(rows)), options, today=TODAY)
    assert (
        "Albania joins 'All other nationalities' because all its 40 people in 2021-22 share the "
        "crime type 'Modern slavery'."
    ) in found.groupings


def in_one_quarter(number: int) -> Iterator[list[object]]:
    return (row for row in records(first_quarter=number) if row[1] == "2021-04-10")


def test_a_year_too_small_for_the_likelihood_check_is_foreseen(
    tmp_path: Path, options: Options
) -> None:
    extract = written(tmp_path, in_one_quarter(34))
    found = foresee.forecast(extract, options, today=TODAY)
    assert found.refusal.startswith("2021-22 has 34 records. With fewer than 35, somebody who runs")
    with pytest.raises(DisclosureError) as raised:
        pipeline.publish([extract], options)
    assert str(raised.value) == found.refusal


@pytest.mark.slow
def test_a_release_that_the_attack_would_refuse_is_foreseen_and_rehearsed_as_refused(
    tmp_path: Path, options: Options
) -> None:
    extract = written(tmp_path, in_one_quarter(20))
    found = foresee.forecast(extract, options, today=TODAY)
    assert found.refusal.startswith("2021-22: an attack would succeed. Sums that could be 1 to 4")
    assert "(and 61 more)" in found.refusal
    with pytest.raises(DisclosureError, match="an attack would succeed"):
        rehearsal.rehearse([extract], options, progress=lambda _: None)
    with pytest.raises(DisclosureError, match=r"attacked and is not safe(?s:.)*\(and 61 more\)"):
        pipeline.publish([extract], options)


@pytest.mark.slow
def test_a_refusal_of_suppression_is_foreseen(
    tmp_path: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Invented extracts that suppression refuses, and no earlier rule does, were not found.
    def refuse(*_: object, **__: object) -> None:
        raise DisclosureError("M × A cannot be protected.")

    monkeypatch.setattr(suppressed, "protect", refuse)
    extract = written(tmp_path, records())
    assert not foresee.forecast(extract, options, today=TODAY).refusal
    exact_tables = replace(options, method="suppression")
    found = foresee.forecast(extract, exact_tables, today=TODAY)
    assert found.refusal == "M × A cannot be protected."


def with_one_person_in_most(rows: Iterator[list[object]]) -> Iterator[list[object]]:
    """Give seven of ten records to one person."""
    for number, row in enumerate(rows):
        yield [*row, "P0" if number % 10 < 7 else f"P{number}"]


@pytest.mark.slow
def test_a_dominated_total_is_foreseen_as_a_refusal_unless_it_is_accepted(
    tmp_path: Path, options: Options
) -> None:
    extract = written(tmp_path, with_one_person_in_most(records()), [*HEADER, "person_id"])
    found = foresee.forecast(extract, options, today=TODAY)
    assert "of the referrals of an exact total are of 1 of its people" in found.refusal
    accepted = replace(options, accepted={"dominance": "Agreed with the force."})
    assert not foresee.forecast(extract, accepted, today=TODAY).refusal


def test_check_reads_the_settings_that_publish_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "publishing.toml"
    settings.write_text("nationalities = -1\n", encoding="utf-8")
    arguments = ["check", str(tmp_path / "x.csv"), "--settings", str(settings)]
    assert cli.main(arguments) == 1
    assert "--nationalities -1 is not valid" in capsys.readouterr().err
    assert cli.main([*arguments, "--nationalities", "10"]) == 1
    assert "x.csv does not exist" in capsys.readouterr().out, "the command line has precedence"


def test_check_refuses_an_acceptance_of_an_unknown_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extract = written(tmp_path, records())
    assert cli.main(["check", str(extract), "--accept", "dominanse=agreed"]) == 1
    assert "--accept dominanse: no check of this name can be accepted" in capsys.readouterr().err
