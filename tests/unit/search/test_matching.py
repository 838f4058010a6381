"""The index of a few documents: how words are read, and which document comes first."""

from __future__ import annotations

import pytest

from referrals.search import concerns, matching, search_index, search_words
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
    assert matching.find(index, text).concern.is_urgent


@pytest.mark.parametrize("text", ["police", "police officers", "call the police", "afraid"])
def test_police_alone_or_with_other_such_words_is_urgent(text: str) -> None:
    words = search_words.singulars(text)
    concern = concerns.read(search_words.of(), words)
    assert concern.is_urgent == (text != "police officers")


@pytest.mark.parametrize("text", ["which police force", "equality", "", "the", "safe to share"])
def test_other_words_do_not_call_for_help_lines(index: Index, text: str) -> None:
    assert not matching.find(index, text).concern.is_urgent


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("boss takes my passport", {"modern_slavery": 3}),
        ("took all my money", {"modern_slavery": 2}),
        ("sex trafficked", {"modern_slavery": 2}),
        ("husband raped me", {"domestic_abuse": 1, "sexual_violence": 1}),
        ("religion", {}),
    ],
)
def test_words_in_any_form_point_to_a_need_once(text: str, needs: dict[str, int]) -> None:
    assert concerns.read(search_words.of(), search_words.singulars(text)).needs == needs


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("will police tell home office", True),
        ("my visa expired", True),
        ("which police force", False),
        ("how many did police refer to immigration", False),
    ],
)
def test_a_question_on_police_and_immigration_is_told_from_one_on_figures(
    text: str, is_asked: bool
) -> None:
    words = search_words.singulars(text)
    assert concerns.read(search_words.of(), words).is_on_sharing == is_asked


@pytest.mark.parametrize(
    ("typed", "read"), [("polise", "police"), ("hlp", "help"), ("religions", "religions")]
)
def test_a_short_word_is_read_by_its_sound_or_as_one_of_danger(
    index: Index, typed: str, read: str
) -> None:
    assert dict(matching.find(index, typed).corrections).get(typed, typed) == read


def test_no_word_is_read_as_one_that_says_nothing(index: Index) -> None:
    assert matching.find(index, "withq").corrections == []


def test_every_synonym_means_something_else() -> None:
    for phrase, meanings in search_words.of().synonyms.items():
        assert phrase not in meanings
        assert meanings
