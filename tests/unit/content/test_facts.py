"""Statements of fact in the texts: each number, date and source has a row to rest on."""

from __future__ import annotations

import re

import pytest

from referrals.content import cited_sources
from referrals.formatting import day
from referrals.i18n import text_files
from referrals.i18n.text_files import ASSESSMENT
from referrals.paths import CONTENT, REFERENCE
from referrals.reference import table_schema

TEXTS = {path.stem: text_files.read(path.stem) for path in sorted((CONTENT / "en").glob("*.md"))}
ABOUT_THE_SITE = frozenset(
    {"about", "accessibility", "dictionary", "disclosure", "methods", "privacy", "quality"}
    | {"releases"}
)
"""Texts whose numbers are about the site itself, such as the width of a screen."""

LATER = re.compile(r"\b202[2-9]\b|\bDecember 2021\b")
ASSESSED_ON = "15 December 2021"
NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
NOT_A_FIGURE = re.compile(
    r"\{[^}]*\}|\]\([^)]*\)|\[@[^\]]*\]|\(sections? [^)]*\)|^\s*\d+\. "
    r"|(?i:section|schedule|paragraph)s? \d+[A-Z]?(?:\(\d\))?|\b(?:19|20)\d\d\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b",
    re.MULTILINE,
)


def later_blocks(body: str) -> list[str]:
    """Return the blocks of a text that name a date after the assessment.

    A box is one block. Lists of dates are not boxes: each of their entries is a block. A heading of
    years alone states nothing.
    """
    body = re.sub(r"^::: timeline$(.*?)^:::$", r"\1", body, flags=re.MULTILINE | re.DOTALL)
    body = re.sub(r"^#+ 20\d\d(?: (?:and|to) 20\d\d)?$", "", body, flags=re.MULTILINE)
    boxes = re.findall(r"^::: .*?^:::$", body, re.MULTILINE | re.DOTALL)
    outside = re.sub(r"^::: .*?^:::$", "", body, flags=re.MULTILINE | re.DOTALL)
    found = [*boxes, *re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) )", outside)]
    return [
        block
        for block in found
        if LATER.search(re.sub(r"\[@[^\]]*\]", "", block).replace(ASSESSED_ON, ""))
    ]


def without_source(body: str) -> list[str]:
    return [block for block in later_blocks(body) if not cited_sources.ids_in(block)]


def cited_sections(body: str) -> set[str]:
    """Return the numbers of the sections of the assessment that a text cites."""
    cited = "".join(re.findall(r"\(sections? [^)]*\)", body))
    return set(re.findall(r"\b\d[\dA-C]*(?:\.\d+)*", cited)) | set(
        re.findall(r"[Ss]ection (\d+[A-C]?(?:\.\d+)+)", body)
    )


def unfounded(body: str) -> list[str]:
    """Return the typed numbers of two digits and more that no cited source has."""
    quotations = " ".join(
        f"{cited_sources.sources()[each].quotation} {cited_sources.sources()[each].title}"
        for each in cited_sources.ids_in(body)
    )
    known = set(NUMBER.findall(quotations)) | _ages()
    return [
        number
        for number in NUMBER.findall(NOT_A_FIGURE.sub(" ", body))
        if len(number) > 1 and number not in known
    ]


def _ages() -> set[str]:
    labels = " ".join(row["label"] for row in table_schema.read(REFERENCE / "age_band.csv"))
    return set(NUMBER.findall(labels))


@pytest.mark.parametrize("name", TEXTS)
def test_the_front_matter_lists_exactly_the_sources_that_the_text_cites(name: str) -> None:
    text = TEXTS[name]
    assert set(cited_sources.ids_in(text.body)) == text.sources.keys() - {ASSESSMENT}


@pytest.mark.parametrize("name", TEXTS)
def test_the_front_matter_lists_exactly_the_sections_that_the_text_cites(name: str) -> None:
    text = TEXTS[name]
    assert cited_sections(text.body) == set(text.sources.get(ASSESSMENT, ()))


@pytest.mark.parametrize("name", TEXTS)
def test_a_statement_about_later_years_has_a_dated_source(name: str) -> None:
    assert without_source(TEXTS[name].body) == []


@pytest.mark.parametrize(
    ("text", "is_noticed"),
    [
        ("In 2023 a court said so.", True),
        ("In 2023 a court said so [@ewca-2023-1474].", False),
        ("It was published on 15 December 2021.", False),
        ("- In 2020 it was so.\n- In 2024 it was not.", True),
        ("## 2024 and 2025", False),
        ("## In 2024 a court said so", True),
        ("::: timeline\n\n- In 2024 so [@sbs-2025].\n- In 2025 not.\n\n:::", True),
        ("::: timeline\n\n- In 2024 so [@sbs-2025].\n\n:::", False),
        ("::: note\n\nIn 2024 it was not.\n\nSo it says [@sbs-2025].\n\n:::", False),
        ("::: note\n\nIn 2024 it was not.\n\n:::\n\nSo it says [@sbs-2025].", True),
    ],
)
def test_a_later_statement_without_a_source_is_noticed(text: str, *, is_noticed: bool) -> None:
    assert bool(without_source(text.replace("\\\n", "\n"))) is is_noticed


@pytest.mark.parametrize("name", TEXTS)
def test_a_dated_box_has_the_date_of_a_source_in_it(name: str) -> None:
    boxes = re.findall(
        r"^::: since-2021 (.+?)\n(.*?)^:::$", TEXTS[name].body, re.MULTILINE | re.DOTALL
    )
    for date, box in boxes:
        dates = {
            day(cited_sources.sources()[each].published_on) for each in cited_sources.ids_in(box)
        }
        assert date in dates, box


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - ABOUT_THE_SITE))
def test_every_typed_number_is_in_a_source_that_the_text_cites(name: str) -> None:
    assert unfounded(TEXTS[name].body) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Police made 537 referrals.", ["537"]),
        ("Police made 537 referrals [@dac-2023].", []),
        ("Police made 538 referrals [@dac-2023].", ["538"]),
        ("In 2019, section 24 of the Act (section 2.1), aged 20 to 39, {E002}, 30 March.", []),
        ("1. First\n2. Of 12,127", ["12,127"]),
        ("It was 43% [@ho-icibi-2021], or 44%.", ["44"]),
    ],
)
def test_a_number_without_a_source_is_noticed(text: str, numbers: list[str]) -> None:
    assert unfounded(text) == numbers


def test_every_source_is_cited() -> None:
    cited = {each for text in TEXTS.values() for each in cited_sources.ids_in(text.body)}
    assert sorted(cited_sources.sources().keys() - cited) == []
