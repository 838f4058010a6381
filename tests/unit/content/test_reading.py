"""Plain English: the reading grade, British spelling, and words that the site does not use."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import pytest

from referrals.i18n import text_files
from referrals.paths import CONTENT, LOCALE
from tests.fixtures import prose

BODIES = {
    path.stem: text_files.read(path.stem).body for path in sorted((CONTENT / "en").glob("*.md"))
}
HIGHEST_GRADE, HIGHEST_SECTION = 8.0, 10.0
EASIEST = {"for-me": 5.0}
"""The highest grade of texts for people who read while afraid, also in each section."""

BRITISH_TOO = frozenset(
    {"check", "checks", "practice", "practices", "program", "programs", "license", "licenses"}
    | {"story", "stories", "meter", "meters", "draft", "drafts", "disk", "disks", "tire", "tires"}
)
"""American spellings that are British ones as well, of another word or in computing."""

NOT_OUR_WORDS = (
    r"migrant crimes?|illegal immigrants?|illegal migrants?|illegals|aliens?|bogus|swarms?"
    r"|floods? of|influx|flock\w*|hordes?|utilise\w*|in order to|please note|going forward"
    r"|stakeholders?|service users?|vulnerable groups|signpost\w*|the average victim"
)


def outside_quotations(text: str) -> str:
    return re.sub(r'"[^"\n]*"|“[^”\n]*”|`[^`\n]*`|\]\([^)]*\)|\{[^}]*\}', " ", text)


@cache
def american() -> frozenset[str]:
    """Return the American spellings of codespell's list that are not British as well."""
    listed = files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt"
    lines = listed.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("->")[1].strip(" ,") for line in lines) - BRITISH_TOO


def americanisms(text: str) -> list[str]:
    words = re.findall(r"[A-Za-z]+", outside_quotations(text))
    return [word for word in words if word.lower() in american()]


def banned(text: str) -> list[str]:
    return re.findall(rf"(?i)\b(?:{NOT_OUR_WORDS})\b", outside_quotations(text))


def messages() -> dict[str, str]:
    """Return every message file in English as one text: its values without its keys."""
    return {
        path.name: " ".join(_strings(tomllib.loads(path.read_text(encoding="utf-8"))))
        for path in sorted((LOCALE / "en").glob("*.toml"))
    }


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", BODIES)
def test_a_page_can_be_read_by_somebody_of_thirteen(name: str) -> None:
    assert prose.grade(BODIES[name]) <= EASIEST.get(name, HIGHEST_GRADE)


@pytest.mark.parametrize("name", BODIES)
def test_no_section_of_a_page_is_much_harder_than_the_rest(name: str) -> None:
    highest = EASIEST.get(name, HIGHEST_SECTION)
    grades = {title: prose.grade(text) for title, text in prose.sections(BODIES[name]).items()}
    assert {title: grade for title, grade in grades.items() if grade > highest} == {}


def test_hard_words_are_noticed() -> None:
    hard = "Notwithstanding administrative considerations, immigration authorities investigate."
    assert prose.grade(f"{hard}\n\n- Go.\n") > HIGHEST_SECTION
    assert prose.grade("The police may ask. You can say no.\n") < EASIEST["for-me"]


def test_the_grade_leaves_out_markup_tables_and_words_to_copy() -> None:
    plain = "The police may ask."
    marked = (
        "::: note\n\nThe [police](/glossary#police) *may* ask (section 2.1) [@sbs-2025].\n\n:::\n\n"
        "> Notwithstanding administrative considerations.\n\n| Administrative | removal |\n"
    )
    assert prose.blocks(marked) == [plain]


@pytest.mark.parametrize("text", [*BODIES.values(), *messages().values()])
def test_spelling_is_british(text: str) -> None:
    assert americanisms(text) == []


@pytest.mark.parametrize("text", [*BODIES.values(), *messages().values()])
def test_words_that_the_site_does_not_use_are_in_quotations_only(text: str) -> None:
    assert banned(text) == []


def test_american_and_banned_words_are_noticed() -> None:
    text = 'In order to organize, the "illegal migrants" saw the color of an influx.'
    assert americanisms(text) == ["organize", "color"]
    assert banned(text) == ["In order to", "influx"]
