"""Passages: the words that match are marked, and no word is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from referrals.search.marked_text import PASSAGE, Fragment, marked, passage


@given(st.text(), st.frozensets(st.sampled_from(["victim", "a", "1336", "cote"])))
def test_a_marked_text_is_the_text(text: str, words: frozenset[str]) -> None:
    assert "".join(fragment.text for fragment in marked(text, words)) == text


def test_a_word_is_marked_in_every_form_that_matches() -> None:
    found = marked("Victims’ côté: 1,336 victims", frozenset({"victim", "cote", "1336"}))
    assert [fragment.text for fragment in found if fragment.is_match] == [
        "Victims",
        "côté",
        "1,336",
        "victims",
    ]


def test_a_passage_is_cut_between_words_round_the_first_match() -> None:
    text = f"{'before ' * 50}match{' after' * 50}"
    opening, start, match, end, closing = passage(text, frozenset({"match"}))
    assert (opening.text, match, closing.text) == ("… ", Fragment("match", is_match=True), " …")
    assert set(start.text.split()) == {"before"}
    assert set(end.text.split()) == {"after"}
    assert len(start.text + match.text + end.text) <= PASSAGE


def test_a_passage_of_a_definition_is_its_beginning() -> None:
    text = f"Beginning {'word ' * 60}match"
    assert passage(text, frozenset({"match"}), from_start=True)[0].text.startswith("Beginning")
