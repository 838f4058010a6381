"""The index of a few documents: how words are read, and which document comes first."""

from __future__ import annotations

import pytest

from referrals.search import matching, search_index, search_words
from referrals.search.documents import Document, DocumentKind
from referrals.search.search_index import Index


def document(title: str, text: str = "", **more: object) -> Document:
    address = "/" + title.lower().replace(" ", "-")
    return Document(DocumentKind.PAGE, title, address, text, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def index() -> Index:
    return search_index.build(
        [
            document("Equality", "Religion, race and sex are protected characteristics."),
            document("Religion", "Nothing is recorded."),
            document("Administrative removal", "Sending a person out of the UK."),
            document("Human trafficking", "It is counted with modern slavery."),
            document("Nationality", "Of the people referred.", also=("vietnamese", "albanians")),
            document("Safeguarding", "The assessment tells officers how to keep children safe."),
            document("Build a table", "Rows, columns and shares."),
            document("Police force or area", "It is safe to share this."),
        ]
    )


def titles(index: Index, text: str) -> list[str]:
    return [found.title for found in matching.find(index, text).documents]


def test_a_word_of_a_title_outweighs_one_of_a_text(index: Index) -> None:
    assert titles(index, "religion") == ["Religion", "Equality"]


def test_another_name_is_found_in_the_plural_and_in_the_singular(index: Index) -> None:
    assert titles(index, "Albanian") == titles(index, "albanians") == ["Nationality"]


def test_the_beginning_of_a_word_finds_it(index: Index) -> None:
    assert titles(index, "traff") == ["Human trafficking"]
    assert titles(index, "tr") == []


@pytest.mark.parametrize("words", ["deported", "will I be DEPORTED?", "sent home"])
def test_a_synonym_finds_the_word_of_the_site(index: Index, words: str) -> None:
    assert titles(index, words) == ["Administrative removal"]


def test_a_document_with_every_word_comes_before_one_with_a_rarer_word(index: Index) -> None:
    assert titles(index, "sex and religion") == ["Equality", "Religion"]


@pytest.mark.parametrize(
    ("typed", "read", "title"),
    [
        ("safegaurding", "safeguarding", "Safeguarding"),
        ("nationalty", "nationality", "Nationality"),
        ("trafiking", "trafficking", "Human trafficking"),
        ("deportd", "deport", "Administrative removal"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest_and_named(
    index: Index, typed: str, read: str, title: str
) -> None:
    found = matching.find(index, typed)
    assert [(typed, read)] == list(found.corrections)
    assert found.documents[0].title == title


@pytest.mark.parametrize("word", ["sax", "1336", "zzzzzzzz"])
def test_a_short_word_a_number_or_a_word_like_no_other_is_not_corrected(
    index: Index, word: str
) -> None:
    found = matching.find(index, word)
    assert (found.corrections, found.documents) == ([], [])


def test_the_nearest_words_are_suggested_if_nothing_is_found(index: Index) -> None:
    assert matching.find(index, "trefcking").suggestion == "trafficking"
    assert matching.find(index, "zzzzzzzz").suggestion == ""
    assert matching.find(index, "religion").suggestion == ""


def test_words_without_a_subject_count_only_if_there_is_no_other(index: Index) -> None:
    assert titles(index, "the") != []
    assert titles(index, "the religion of the UK") == titles(index, "religion UK")


def test_no_more_than_a_few_words_are_read(index: Index) -> None:
    start = "zzzz " * matching.MOST_WORDS
    assert matching.find(index, f"{start} religion").documents == []
    assert matching.find(index, "x" * 100_000).documents == []
    assert matching.find(index, " ... ").documents == []


@pytest.mark.parametrize("text", ["help", "HELP!", "I'm scared", "he beats me", "999", "polise"])
def test_words_of_somebody_in_need_call_for_help_lines(index: Index, text: str) -> None:
    assert matching.find(index, text).help_first


@pytest.mark.parametrize("text", ["police", "police officers", "call the police", "afraid"])
def test_police_alone_or_with_other_such_words_is_urgent(text: str) -> None:
    words = search_words.singulars(text)
    assert search_words.of().is_urgent(words) == (text != "police officers")


@pytest.mark.parametrize("text", ["which police force", "equality", "", "the", "safe to share"])
def test_other_words_do_not_call_for_help_lines(index: Index, text: str) -> None:
    assert not matching.find(index, text).help_first


def test_every_synonym_means_something_else() -> None:
    for phrase, meanings in search_words.of().synonyms.items():
        assert phrase not in meanings
        assert meanings
