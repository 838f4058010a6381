"""The certificate: it reports the checks of the audit, as text and data, and no true counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from referrals.paths import REFERENCE
from referrals.publishing.audit import audit, public_release
from referrals.publishing.release_builder import certificate
from referrals.publishing.release_builder.certificate import ROUNDED_TEXT
from referrals.reference import disclosure_rule, table_schema
from referrals.release.release import MARKS, SYNTHETIC
from tests.fixtures import published_releases


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_releases.small(tmp_path_factory.getbasetemp())


def data(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    return content


def text(folder: Path) -> str:
    return (folder / "certificate.md").read_text(encoding="utf-8")


def test_the_certificate_lists_the_checks_of_an_audit(small: Path) -> None:
    found = {
        check.name: check.looked_at
        for check in audit.audit([small])
        if not check.name.endswith((audit.FILES, audit.CERTIFIED))
    }
    listed = {check["name"]: check["looked_at"] for check in data(small)["checks"]}
    assert listed == found
    assert all(check["holds"] for check in data(small)["checks"])
    assert [
        name
        for name, count in found.items()
        if f"| {name} | {count:,} | holds |" not in text(small)
    ] == []


def test_the_certificate_announces_the_largest_errors_of_the_manifest(small: Path) -> None:
    manifest = json.loads((small / "datapackage.json").read_text(encoding="utf-8"))
    errors = manifest["disclosure_control"]["largest_error"]
    assert data(small)["largest_error"] == errors
    for order, error in errors.items():
        assert f"fixes {order} dimensions at once is off by {error} at most." in text(small)


def test_the_certificate_has_the_lay_sentence_and_the_limits_of_the_proof(small: Path) -> None:
    largest = max(data(small)["largest_error"].values())
    sentence = certificate.lay_sentence([largest], is_behind=False)
    assert f"may be up to {largest} away from the true count." in sentence
    assert sentence in text(small)
    assert data(small)["lay_sentence"] == sentence
    assert [limit for limit in certificate.LIMITS if limit not in text(small)] == []


def test_the_certificate_marks_invented_figures(small: Path) -> None:
    assert data(small)["status"] == "synthetic"
    assert MARKS[SYNTHETIC] in text(small)


def test_the_certificate_counts_referrals_in_visible_groups_from_public_numbers(
    small: Path,
) -> None:
    finest = [
        int(row["value"])
        for row in published_releases.cells(small)
        if published_releases.is_finest(row)
    ]
    least = sum(value if value > 7 else 1 for value in finest)
    assert f"- 2021-22: at least {least} of 300 referrals ({least / 300:.0%})" in text(small)


def test_no_number_is_further_from_its_range_than_the_lay_sentence_says(small: Path) -> None:
    largest = max(data(small)["largest_error"].values())
    errors = [
        max(int(row["value"]) - int(row["lower"]), int(row["upper"]) - int(row["value"]))
        for row in published_releases.cells(small)
    ]
    assert max(errors) <= largest


def test_the_certificate_measures_the_ranges_of_its_own_release(small: Path) -> None:
    widths = [
        int(row["upper"]) - int(row["lower"])
        for row in published_releases.cells(small)
        if published_releases.is_finest(row)
    ]
    exact, mean = widths.count(0) / len(widths), sum(widths) / len(widths)
    assert f"| 6 | {len(widths)} | {exact:.0%} | {mean:.1f} | {max(widths)} |" in text(small)


def test_the_certificate_calls_figures_of_other_records_a_benchmark(small: Path) -> None:
    before, after = text(small).split("**A benchmark, not this release.**")
    first = table_schema.read(REFERENCE / "rounding_errors.csv")[2]["mean_error"]
    assert f"| {first} |" in after
    assert f"| {first} |" not in before.split("## What the method does to numbers")[1]


def test_the_certificate_prints_the_settings(small: Path) -> None:
    assert disclosure_rule.PATH.read_text(encoding="utf-8").strip() in text(small)
    assert data(small)["settings"] == disclosure_rule.read()


def test_the_certificate_quotes_the_accuracy_of_a_guess(small: Path) -> None:
    row = next(
        row for row in table_schema.read(REFERENCE / "rounding_truths.csv") if row["shown"] == "5"
    )
    assert f"| 5 | {row['groups']} | {row['none']} | {row['one']} |" in text(small)
    assert "nobody can tell" not in text(small).casefold()


def test_the_certificate_has_no_unfilled_field(small: Path) -> None:
    assert "{" not in text(small)
    assert "}" not in text(small)


def test_the_certificate_follows_from_the_public_files(small: Path, tmp_path: Path) -> None:
    folder = published_releases.copied(small, tmp_path)
    before = text(folder), data(folder)
    release = public_release.read(folder)
    checks = [
        check for check in audit.check_release(release) if not check.name.endswith(audit.FILES)
    ]
    certificate.write(folder, release, checks, ROUNDED_TEXT)
    of_draft = before[0].partition("\n## Approval")[0].rstrip(), before[1]
    of_draft[1].pop("approval")
    assert (text(folder).rstrip(), data(folder)) == of_draft


def test_the_certificate_reports_a_failed_check(small: Path) -> None:
    release = public_release.read(small)
    planted = audit.Check("planted", "cell X shows 3", 1)
    assert "| planted | 1 | cell X shows 3 |" in certificate.as_markdown(
        release, [planted], ROUNDED_TEXT
    )
    checks = certificate.as_data(release, [planted], ROUNDED_TEXT)["checks"]
    assert [check["holds"] for check in checks] == [False]
