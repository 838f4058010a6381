"""Front matter: every mistake in it is named by file, key and remedy."""

from __future__ import annotations

import re
from datetime import date

import pytest

from referrals.errors import DataError
from referrals.i18n import text_files
from referrals.i18n.text_files import FigureCard
from tests.fixtures.texts import text_file

VALID = text_file(
    "Words.\n",
    more='figures = [{figure = "E002", says = "victim referrals"}]\n',
    sources='ecia-2021 = ["2.1", "3B.1"]\nsbs-2025 = []',
)


def test_a_text_has_its_front_matter_and_its_body() -> None:
    text = text_files.parse(VALID, "planted.md")
    assert (text.title, text.summary) == ("Planted", "A planted text.")
    assert text.last_checked == date(2026, 11, 29)
    assert text.sources == {"ecia-2021": ["2.1", "3B.1"], "sbs-2025": []}
    assert text.figures == (FigureCard("E002", "victim referrals"),)
    assert text.body == "\nWords.\n"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("+++\ntitle", "title", "has no front matter. Begin it with title, summary"),
        ("\n+++\n\nWords", "\n\nWords", "has no front matter"),
        ('title = "Planted"\n', "", 'has no title. Add title = "Title of the page".'),
        ('summary = "A planted text."', 'summary = ""', "has no summary. Add summary ="),
        ("last_checked = 2026-11-29\n", "", "has no last_checked. Add last_checked = 2026-11-29"),
        ("2026-11-29", '"yesterday"', "last_checked in the front matter must be last_checked ="),
        ("[sources]", "[source]", "sources in the front matter must be a table [sources]"),
        ("title =", "heading = 1\ntitle =", "heading in the front matter is not a known key."),
        ("title =", "title", "is not valid TOML"),
        ('["2.1", "3B.1"]', '"2.1"', "sources.ecia-2021 in the front matter must be a list"),
        ('["2.1", "3B.1"]', "[2.1]", "sources.ecia-2021 in the front matter must be a list"),
        ("sbs-2025 = []", 'sbs-2025 = ["1"]', "Only ecia-2021 does: write [] for every other"),
        ("figure =", "number =", "each table [[figures]] in the front matter has two keys"),
    ],
)
def test_a_mistake_in_the_front_matter_is_named_with_its_remedy(
    before: str, after: str, says: str
) -> None:
    assert before in VALID
    with pytest.raises(DataError, match=rf"planted\.md.*{re.escape(says)}"):
        text_files.parse(VALID.replace(before, after, 1), "planted.md")
