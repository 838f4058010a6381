"""The ledger agrees with its source, word for word, and each check of that can fail."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from referrals.errors import DataError, LedgerError
from referrals.paths import PUBLISHED, ROOT
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import (
    Cell,
    Ledger,
    Statement,
    contains,
    misquoted,
    parse_cell,
)

SHARED = ROOT.parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"needs the published figures in {SHARED}"
)

NORMALISED = {"E019": "50", "E021": "no figure", "E028": "no figure", "E047": "no figure"}
"""Values that the figures file writes in another form: '>50' (for us a precision), or nothing."""

Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A function that copies the ledger's files and replaces one text in one of them."""

    def edit(name: str, old: str, new: str) -> Path:
        shutil.copytree(PUBLISHED, tmp_path / "published")
        path = tmp_path / "published" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path.parent

    return edit


def single_spaced(text: str) -> str:
    return " ".join(text.split())


def not_in_source(statements: Iterable[Statement], source: str) -> list[str]:
    """Return the ids of statements whose quotation is not in the source, ignoring white space."""
    return [
        statement.statement_id
        for statement in statements
        if single_spaced(statement.quotation) not in single_spaced(source)
    ]


def differing(statements: Iterable[Statement], figures: list[dict[str, str]]) -> list[str]:
    """Return the ids of statements that differ from the same row of the published figures."""
    return [
        statement.statement_id
        for statement, row in zip(statements, figures, strict=True)
        if (statement.statement_id, statement.section, statement.value, statement.quotation)
        != (row["id"], row["section"], NORMALISED.get(row["id"], row["value"]), row["quote"])
    ]


def published_figures() -> list[dict[str, str]]:
    with (SHARED / "figures" / "ecia_figures.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@needs_shared
def test_every_quotation_is_in_the_source(ledger: Ledger) -> None:
    source = (SHARED / "source" / "ecia.txt").read_text(encoding="utf-8")
    assert not_in_source(ledger.statements.values(), source) == []


@needs_shared
@pytest.mark.parametrize(
    ("old", "new"), [("Vietnam (237)", "Vietnam (238)"), ("Albania", "albania"), (";", ",")]
)
def test_a_quotation_with_one_changed_character_is_not_in_the_source(
    ledger: Ledger, old: str, new: str
) -> None:
    source = (SHARED / "source" / "ecia.txt").read_text(encoding="utf-8")
    planted = replace(
        ledger.statements["E024"], quotation=ledger.statements["E024"].quotation.replace(old, new)
    )
    assert not_in_source([planted], source) == ["E024"]


@needs_shared
def test_statements_agree_row_for_row_with_the_published_figures(ledger: Ledger) -> None:
    assert differing(ledger.statements.values(), published_figures()) == []


@needs_shared
@pytest.mark.parametrize(
    "planted",
    [{"value": "238"}, {"section": "3.6.1"}, {"quotation": "Vietnam"}, {"statement_id": "E999"}],
)
def test_a_statement_with_one_change_differs_from_the_published_figures(
    ledger: Ledger, planted: dict[str, str]
) -> None:
    changed = replace(ledger.statements["E024"], **planted)  # type: ignore[arg-type]
    statements = [
        changed if statement.statement_id == "E024" else statement
        for statement in ledger.statements.values()
    ]
    assert differing(statements, published_figures()) == [changed.statement_id]


@needs_shared
def test_normalised_values_have_the_expected_form_in_the_published_figures() -> None:
    printed = {row["id"]: row["value"] for row in published_figures() if row["id"] in NORMALISED}
    assert printed == {"E019": ">50", "E021": "", "E028": "", "E047": ""}


def test_every_quotation_contains_its_value(ledger: Ledger) -> None:
    assert misquoted(ledger.statements.values()) == []


@pytest.mark.parametrize(
    ("statement_id", "value"),
    [
        ("E001", "126454"),
        ("E003", "1.2"),
        ("E009", "2020-05"),
        ("E019", "51"),
        ("E024", "238"),
        ("E024", "37"),
        ("E039", "approximately a quarter"),
        ("E041", "19"),
        ("E065", "7"),
        ("E070", "3"),
        ("E078", "2019"),
    ],
)
def test_a_wrong_value_is_not_in_its_quotation(
    ledger: Ledger, statement_id: str, value: str
) -> None:
    planted = replace(ledger.statements[statement_id], value=value)
    (message,) = misquoted([planted])
    assert message.startswith(
        f"{statement_id} (section {planted.section}) says {value}, and its quotation does not:"
    )
    assert planted.quotation in message


def test_a_statement_without_a_figure_need_not_be_in_its_quotation(
    ledger: Ledger,
) -> None:
    assert misquoted([replace(ledger.statements["E010"], value="words of ours")]) == []


@pytest.mark.parametrize(
    ("quotation", "value", "unit", "expected"),
    [
        ("in the year was 1336", "1336", "people", True),
        ("a total in 1,336 referrals", "1336", "referrals", True),
        ("1,336.", "1336", "people", True),
        ("(1336)", "1336", "people", True),
        ("1 336 referrals", "1336", "referrals", False),
        ("11,336 referrals", "1336", "referrals", False),
        ("1,336,000 referrals", "1336", "referrals", False),
        ("1336.5 of them", "1336", "referrals", False),
        ("E1336 of them", "1336", "referrals", False),
        ("a total in 1,336 referrals", "336", "referrals", False),
        ("Vietnam (237); Albania (168)", "238", "people", False),
        ("Vietnam (237); Albania (168)", "37", "people", False),
        ("Vietnam (237); Albania (168)", "237", "people", True),
        ("not recorded in 9% of cases", "9", "percent", True),
        ("not recorded in 19% of cases", "9", "percent", False),
        ("not recorded in 9% of cases", "19", "percent", False),
        ("not recorded in 1.9% of cases", "9", "percent", False),
        ("approximately 1.1% of all", "1.1", "percent", True),
        ("approximately 11.1% of all", "1.1", "percent", False),
        ("approximately 1x1% of all", "1.1", "percent", False),
        ("in 9 cases", "9", "percent", False),
        ("in 9% of cases", "9", "people", False),
        ("a one-day course", "1", "days", True),
        ("undertake a two-day course", "2", "days", True),
        ("undertake a two-day course", "1", "days", False),
        ("a twofold rise", "2", "days", False),
        ("Six nationality specific leads", "6", "leads", True),
        ("Sixty leads", "6", "leads", False),
        ("someone", "1", "days", False),
        ("started in April 2020.", "2020-04", "month", True),
        ("started in April 2020.", "2020-05", "month", False),
        ("started in April 2020.", "2019-04", "month", False),
        ("started in April 2020.", "2020", "year", True),
        ("ended on 20 June 2020", "2020-06", "month", True),
        ("approximately a fifth (45)", "approximately a fifth", "fraction", True),
        ("approximately a fifth (45)", "a fifth", "fraction", True),
        ("approximately a fifth (45)", "one fifth", "fraction", False),
        ("two-thirds (7,224)", "two-thirds", "fraction", True),
        ("two-thirds (7,224)", "two thirds", "fraction", False),
    ],
)
def test_a_quotation_contains_a_value_in_the_forms_of_the_source_only(
    quotation: str, value: str, unit: str, *, expected: bool
) -> None:
    assert contains(quotation, value, unit) is expected


@pytest.mark.parametrize(
    ("statement_id", "printed"),
    [
        ("E001", "126,453"),
        ("E003", "1.1%"),
        ("E009", "2020-04"),
        ("E019", "just over 50%"),
        ("E023", "38%"),
        ("E036", "194"),
        ("E039", "approximately a fifth"),
        ("E071", "24/7"),
        ("E078", "2018"),
    ],
)
def test_a_statement_is_printed_with_its_unit(
    ledger: Ledger, statement_id: str, printed: str
) -> None:
    assert ledger.statements[statement_id].printed == printed


@pytest.mark.parametrize(
    ("statement_id", "percent"),
    [
        ("E003", Fraction(11, 10)),
        ("E041", Fraction(9)),
        ("E039", Fraction(20)),
        ("E040", Fraction(80)),
        ("E044", Fraction(200, 3)),
        ("E051", Fraction(100, 3)),
    ],
)
def test_a_percentage_is_exact_in_digits_and_in_words(
    ledger: Ledger, statement_id: str, percent: Fraction
) -> None:
    assert ledger.statements[statement_id].percent == percent


def test_a_count_is_a_whole_number(ledger: Ledger) -> None:
    assert ledger.statements["E002"].count == 1336


@pytest.mark.parametrize("statement_id", ["E003", "E019", "E039", "E010", "E009"])
def test_a_statement_that_is_not_an_exact_count_cannot_be_used_as_one(
    ledger: Ledger, statement_id: str
) -> None:
    assert not ledger.statements[statement_id].is_count
    with pytest.raises(LedgerError, match=f"{statement_id} is used as a count, but its value is"):
        _ = ledger.statements[statement_id].count


def test_only_sex_not_recorded_is_a_remainder(ledger: Ledger) -> None:
    statements = ledger.statements.values()
    remainders = [statement.statement_id for statement in statements if statement.is_remainder]
    assert remainders == ["E036"]


def test_statements_about_a_subject_are_in_ledger_order(ledger: Ledger) -> None:
    assert [statement.statement_id for statement in ledger.about("nrm_referrals")] == [
        "E048",
        "E049",
        "E050",
        "E051",
        "E052",
        "E053",
    ]
    assert ledger.about() == []


def test_shares_are_the_relations_that_test_a_printed_percentage(ledger: Ledger) -> None:
    assert [relation["relation_id"] for relation in ledger.shares()] == [
        "R02",
        "R03",
        "R04",
        "R05",
        "R20",
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("_T", Cell("victim_referrals")),
        ("sex=_R", Cell("victim_referrals", sex="_R")),
        ("sex=_R;crime_type=DA", Cell("victim_referrals", sex="_R", crime_type="DA")),
        ("sex=_R,crime_type=DA", Cell("victim_referrals", sex="_R", crime_type="DA")),
        ("subject=police_referrals", Cell("police_referrals")),
        ("age_band=18+_NK", Cell("victim_referrals", age_band="18+_NK")),
    ],
)
def test_a_cell_is_parsed_from_its_dimensions(text: str, cell: Cell) -> None:
    assert parse_cell(text) == cell


def test_a_parsed_cell_has_the_given_subject() -> None:
    assert parse_cell("_T", subject="nrm_referrals") == Cell("nrm_referrals")


@pytest.mark.parametrize("text", ["colour=red", "outcome=ICE", "sex=M;colour=red", "sex", ""])
def test_a_text_that_does_not_name_a_cell_is_refused_with_the_dimensions(text: str) -> None:
    with pytest.raises(
        LedgerError,
        match=r"does not name a cell\. Use dimension=code pairs of nationality, age_band, sex, ",
    ):
        parse_cell(text)


def test_ids_are_found_in_the_order_of_a_text() -> None:
    assert ledgers.ids_in("parts=E032 E033;whole=E002, {E036}, E12, XE001, E0010") == [
        "E032",
        "E033",
        "E002",
        "E036",
    ]


def test_a_copy_of_the_ledger_equals_the_ledger(ledger: Ledger, edited: Edit) -> None:
    folder = edited("statements.csv", "The count is not published.\nE042", "Not published.\nE042")
    assert ledgers.load(folder) == ledger


def test_a_statement_of_an_unlisted_source_is_refused(edited: Edit) -> None:
    folder = edited("sources.csv", "\necia-2021,", "\necia-2022,")
    with pytest.raises(
        LedgerError,
        match=r"^statements\.csv names sources that sources\.csv does not list: ecia-2021\.$",
    ):
        ledgers.load(folder)


def test_a_share_of_something_that_is_not_a_cell_is_refused(edited: Edit) -> None:
    folder = edited(
        "statements.csv", "_TOP3,_T,_T,MS,nationality=_TOP3,84", "_TOP3,_T,_T,MS,country=_TOP3,84"
    )
    with pytest.raises(LedgerError, match="'country=_TOP3' does not name a cell"):
        ledgers.load(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            "statements.csv",
            "\nE003,",
            "\nE002,",
            "statements.csv row 4, statement_id: 'E002' is in row 3 already",
        ),
        (
            "relations.csv",
            "\nR02,share,",
            "\nR02,shares,",
            "relations.csv row 3, kind: 'shares' is not one of",
        ),
        (
            "derivations.csv",
            "open,E002 E016 E019",
            "ajar,E002 E016 E019",
            "derivations.csv row 5, upper_end: 'ajar' is not",
        ),
        ("context.csv", "_T,,537,", "_T,,-537,", "context.csv row 434, value: -537 is less than 0"),
        ("sources.csv", "\nwa-172547,", "\n,", "sources.csv row 3, source_id: is required"),
    ],
)
def test_every_file_of_the_ledger_is_checked_against_its_schema(
    edited: Edit, name: str, old: str, new: str, fault: str
) -> None:
    with pytest.raises(DataError) as refused:
        ledgers.load(edited(name, old, new))
    assert fault in str(refused.value)
