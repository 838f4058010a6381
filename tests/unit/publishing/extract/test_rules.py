"""Rules of an extract: their messages, and which values a message may quote."""

from __future__ import annotations

import re

import pytest

from referrals.paths import SQL
from referrals.publishing.extract import rules
from referrals.publishing.extract.rules import message, quotable


def test_a_message_shows_similar_names() -> None:
    text = message("unknown_code", "nationality", "Vietnamees")
    assert "(did you mean Vietnamese or Vietnam?)" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("unknown_code", "sex", "GBR"),
            "Correct it, or give it a code in a mapping (`map`). The codes are M, F, _NK.",
        ),
        (
            ("nationality_ambiguous", "nationality", "Korean"),
            "could mean any of KOR South Korea, PRK North Korea. Write the code",
        ),
        (
            ("nationality_former_state", "nationality", "Czechoslovak"),
            "is that of a former state. Write the code of the present nationality",
        ),
        (("formula_in_cell", "age", "\t"), "age starts with a tab, which"),
        (("formula_in_cell", None, None), 'a cell starts with "=", which'),
        (
            ("value_blank", "sex", None),
            'sex is blank. Fill it in, or write "not recorded".',
        ),
        (
            ("value_blank", "referral_id", None),
            "referral_id is blank. Fill it in: a referral cannot be counted without it.",
        ),
        (
            ("unknown_code", "sex", None, 31),
            "sex (any of 31 values, not shown) is not in the code list.",
        ),
        (
            ("unknown_code", "nationality", "Jane Smith of Leeds"),
            (
                "nationality (a text of 19 characters, not shown: it may be a name) is not in the "
                "code list. Correct"
            ),
        ),
        (
            ("unknown_code", "nationality", "Angela"),
            (
                "nationality (a text of 6 characters, not shown: it may be a name) is not in the "
                "code list (did you mean Angola?)."
            ),
        ),
        (
            ("date_not_iso", "referred_on", "Jane Smith"),
            "referred_on (a text of 10 characters, not shown",
        ),
    ],
)
def test_a_message_names_the_fault_and_the_remedy(
    arguments: tuple[str, str, str], expected: str
) -> None:
    assert expected in message(*arguments)


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("date_impossible", "referred_on", "2020-02-31"),
        ("date_not_iso", "referred_on", "01/04/2020"),
        ("date_not_iso", "referred_on", "1.4.20"),
        ("date_not_iso", "referred_on", "20200401"),
        ("date_not_iso", "referred_on", "2020-04-01T00:00:00.000Z"),
        ("age_invalid", "age", "212"),
        ("age_invalid", "age", "-1"),
        ("age_invalid", "age", "20-29"),
        ("age_invalid", "age", "34.5"),
        ("age_invalid", "age", "60+"),
        ("nationality_former_state", "nationality", "USSR"),
        ("nationality_former_state", "nationality", "Yugoslavia"),
        ("nationality_ambiguous", "nationality", "Korean"),
        ("unknown_code", "nationality", "_OTH_AFR"),
        ("unknown_code", "sex", "GBR"),
        ("unknown_code", "police_force", "USSR"),
        ("unknown_code", "nationality", "Female"),
    ],
)
def test_dates_ages_and_words_of_our_own_files_are_quoted(
    rule: str, field: str, value: str
) -> None:
    assert quotable(rule, field, value) == value
    assert f'"{value}"' in message(rule, field, value)


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("date_not_iso", "referred_on", "Jane Smith b. 12/03/1984"),
        ("date_not_iso", "referred_on", "Jane"),
        ("date_not_iso", "referred_on", "07700 900123"),
        ("date_not_iso", "referred_on", "943 476 5919"),
        ("date_not_iso", "referred_on", "74012345"),
        ("age_invalid", "age", "Jane Smith"),
        ("age_invalid", "age", "12/03/1984"),
        ("age_invalid", "age", "07700 900123"),
        ("unknown_code", "nationality", "Jane Smith of Leeds"),
        ("unknown_code", "nationality", "Jane Smith"),
        ("unknown_code", "nationality", "JANE SMITH"),
        ("unknown_code", "nationality", "Angela"),
        ("unknown_code", "nationality", "Georgina"),
        ("unknown_code", "nationality", "Dominic"),
        ("unknown_code", "nationality", "Marta"),
        ("unknown_code", "nationality", "Khan"),
        ("unknown_code", "nationality", "KHAN"),
        ("unknown_code", "nationality", "Ali"),
        ("unknown_code", "nationality", "ALI"),
        ("unknown_code", "police_force", "Ben"),
        ("unknown_code", "sex", "Jo"),
        ("unknown_code", "sex", "Jane"),
        ("unknown_code", "sex", "{0}"),
        ("unknown_code", "sex", "M\u202e\x1b"),
        ("unknown_code", "sex", "QQ123456C"),
        ("unknown_code", "police_force", "Jane Smith, Kent"),
        ("unknown_code", "outcome", "jane@mail.example"),
        ("unknown_code", "crime_type", "she fled to her sister"),
    ],
)
def test_a_value_that_may_be_about_a_person_is_not_quoted(
    rule: str, field: str, value: str
) -> None:
    assert quotable(rule, field, value) is None
    assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", message(rule, field, value))


@pytest.mark.parametrize("rule", rules.RULES)
def test_every_rule_has_a_message_with_and_without_a_value(rule: str) -> None:
    for value in ("Korean", None):
        text = message(rule, "nationality", value)
        assert text.endswith(".")
        assert "None" not in text
        assert ".." not in text


def test_every_check_is_a_statement_and_every_statement_a_check() -> None:
    assert {path.stem for path in (SQL / "extract" / "checks").glob("*.sql")} == set(rules.CHECKS)
