"""Statements that were once wrong on this site: what must stay true however a page is written."""

from __future__ import annotations

import re

import pytest

from referrals.content import cited_sources
from referrals.i18n import text_files
from referrals.paths import CONTENT, LOCALE, PUBLISHED, REFERENCE, ROOT
from referrals.reference import table_schema

BODIES = {
    path.stem: text_files.read(path.stem).body for path in sorted((CONTENT / "en").glob("*.md"))
}
CITED = {name: set(cited_sources.ids_in(body)) for name, body in BODIES.items()}
SOURCE = ROOT.parent / "shared" / "source" / "ecia.txt"
NO_ACTION, PAPERS = {"ncdv-2023-537", "cih-2023-537"}, "detail-2023-papers"

WRONG = (
    r"requirement of consent|consent is (?:now )?(?:required|needed)|no outcome is published"
    r"|no number exists|questioned by choice|only that reading agrees|presents every figure"
    r"|registered to give immigration advice"
)


def words() -> dict[str, str]:
    """Return everything that readers read: texts, messages and the ledger's own sentences."""
    files = [*(LOCALE / "en").glob("*.toml"), *PUBLISHED.glob("*.csv"), *REFERENCE.glob("*.csv")]
    return BODIES | {file.name: file.read_text(encoding="utf-8") for file in files}


def boxes_and_paragraphs(body: str) -> list[str]:
    boxes = re.findall(r"^::: .*?^:::$", body, re.MULTILINE | re.DOTALL)
    outside = re.sub(r"^::: .*?^:::$", "", body, flags=re.MULTILINE | re.DOTALL)
    return [*boxes, *re.split(r"\n\s*\n", outside)]


def section_with(body: str, pattern: str) -> str:
    """Return the sections of a text that match, headings included, as one text."""
    sections = re.split(r"(?m)^(?=## )", body)
    return "".join(section for section in sections if re.search(pattern, section))


@pytest.mark.parametrize("name", words())
def test_no_sentence_that_was_found_to_be_wrong_is_back(name: str) -> None:
    said = words()[name] if name != "corrections.csv" else ""  # which quotes what was wrong
    assert re.findall(rf"(?i)\b(?:{WRONG})", said) == []


def test_consent_is_told_as_something_to_ask_for_that_leaves_sharing_possible() -> None:
    told = [
        block
        for body in BODIES.values()
        for block in boxes_and_paragraphs(body)
        if "sbs-2025" in cited_sources.ids_in(block) and "consent" in block
    ]
    assert told != []
    for block in told:
        assert "can still" in block, block
        assert re.search(r"not seen the rule", block), block


@pytest.mark.parametrize("name", BODIES)
def test_the_conflicting_reports_on_outcomes_are_told_together(name: str) -> None:
    assert bool(CITED[name] & NO_ACTION) == (PAPERS in CITED[name])


def test_both_reports_on_outcomes_are_told_and_said_to_conflict() -> None:
    told = [body for name, body in BODIES.items() if PAPERS in CITED[name]]
    assert told != []
    assert all("conflict" in body for body in told)


def test_the_review_that_the_assessment_was_part_of_is_told() -> None:
    everywhere = set().union(*CITED.values())
    told = {"ho-review-2021", "wms-2021", "hl9622-2023", "daa-2021-s81", "daa-2021-s82"}
    assert told <= everywhere


@pytest.mark.parametrize(
    ("name", "subject", "sources"),
    [
        ("data-sharing", r"Section 24\(1\)|section 24\(1\)", {"nba-2022-s40"}),
        ("data-sharing", "immigration exemption", {"wiggin-2023", "ewca-2023-1474"}),
        ("data-sharing", "immigration exemption", {"lords-2024-exemption"}),
        ("safeguarding", "last resort to enforce removal", {"fm-2024-adults"}),
    ],
)
def test_law_and_guidance_of_2021_is_told_with_what_has_changed(
    name: str, subject: str, sources: set[str]
) -> None:
    section = section_with(BODIES[name], subject)
    assert section
    assert sources <= set(cited_sources.ids_in(section))


@pytest.mark.parametrize("name", BODIES)
def test_requests_to_police_scotland_have_their_own_act(name: str) -> None:
    body = BODIES[name]
    assert ("Freedom of Information Act 2000" in body) <= (
        "Freedom of Information (Scotland) Act 2002" in body
    )


def test_the_aims_of_the_shared_argument_include_immigration_control() -> None:
    assert "maintaining immigration control" in BODIES["equality"]
    if not SOURCE.is_file():
        pytest.skip("the text of the assessment (shared/source) is not beside the repository")
    argument = r"is not automatically unlawful and can be justified[^.]*\."
    passages = re.findall(argument, SOURCE.read_text(encoding="utf-8"))
    assert len(passages) == 6
    assert sum("immigration control" in passage for passage in passages) == 4


def test_the_figures_that_are_held_back_are_named_with_the_reason() -> None:
    rows = table_schema.read(PUBLISHED / "statements.csv")
    held_back = [row["measure"] for row in rows if row["shown"] == "no"]
    assert held_back == ["youngest age referred", "oldest age referred"]
    assert "hold back two: the youngest and the oldest age" in BODIES["about"]


def test_the_three_nationalities_are_taken_to_be_the_largest() -> None:
    (relation,) = [
        row
        for row in table_schema.read(PUBLISHED / "relations.csv")
        if row["kind"] == "next_largest"
    ]
    assert "It does not say that the three are the largest" in relation["says"]
