"""The story of the published year: its slides, their numbers and the sentences behind them."""

from __future__ import annotations

import re

import pytest

from referrals.cards import registry
from referrals.cards.card import PATHS
from referrals.cards.exports.notes import plain
from referrals.content import sitemap
from referrals.handouts.presentation import choice, story
from referrals.handouts.presentation.slide import Chart, Evidence, HelpLines, Slide, source_line
from referrals.i18n import code_labels, messages
from referrals.language import in_english, using
from referrals.query.document import published_numbers
from referrals.query.selection import Selection
from referrals.reference.helplines import helplines
from referrals.release.release import Release

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
SECTION = re.compile(r"sections? [\d.]+(?:(?:, | and )[\d.]+)*")
DATE = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{4}")
DIMENSIONS = {"nationality", "crime-type", "sex", "age"}


@pytest.fixture(scope="module")
def slides(release: Release) -> tuple[Slide, ...]:
    return story.slides(release)


def by_name(slides: tuple[Slide, ...], name: str) -> Slide:
    return next(slide for slide in slides if slide.name == name)


def words(slide: Slide) -> str:
    return " ".join([slide.title, *slide.lead, slide.note, *slide.say])


def test_the_story_has_eight_slides_in_the_order_of_their_names(
    slides: tuple[Slide, ...],
) -> None:
    assert [slide.name for slide in slides] == [*story.NAMES]
    assert len(slides) == 8


def test_every_number_of_a_slide_is_a_published_one(
    release: Release, slides: tuple[Slide, ...]
) -> None:
    """Numbers are those of the ledger, of the cards made from it, or the numbers of help lines."""
    known = {
        found
        for number in published_numbers.numbers(release).values()
        for text in (number.shown, number.sentence, number.working, number.assumes)
        for found in NUMBER.findall(text)
    }
    for dimension in PATHS:
        card = registry.card(registry.dimension_name(dimension), release, Selection())
        texts = [card.finding, card.alternative, *card.notes, *card.further_notes, str(card.table)]
        known |= {found for text in texts for found in NUMBER.findall(plain(text))}
    for slide in slides:
        text = DATE.sub("", SECTION.sub("", words(slide)))
        assert set(NUMBER.findall(text)) <= known, slide.name


def test_a_number_that_nobody_published_would_be_noticed(slides: tuple[Slide, ...]) -> None:
    text = DATE.sub("", SECTION.sub("", "1,337 referrals, 15 December 2021, section 2.1"))
    assert NUMBER.findall(text) == ["1,337"]


def test_the_bars_of_a_slide_have_the_bounds_of_its_card(
    release: Release, slides: tuple[Slide, ...]
) -> None:
    for dimension, path in PATHS.items():
        slide = by_name(slides, path.strip("/"))
        card = registry.card(registry.dimension_name(dimension), release, Selection())
        assert isinstance(slide.figure, Chart)
        shown = [(bar.label, bar.shown) for bar in slide.figure.bars]
        assert shown == [(bar.label, bar.shown) for bar in card.bars]
        for bar, row in zip(slide.figure.bars, card.data, strict=True):
            assert (bar.is_absent or bar.solid) == (row["lower"] is None or row["lower"])


def test_the_title_of_a_topic_is_the_finding_of_its_card(
    release: Release, slides: tuple[Slide, ...]
) -> None:
    for dimension, path in PATHS.items():
        slide = by_name(slides, path.strip("/"))
        card = registry.card(registry.dimension_name(dimension), release, Selection())
        assert ". ".join([slide.title, *slide.lead]).rstrip(".") == card.finding.rstrip(".")


def test_a_slide_with_ranges_says_beside_them_what_they_assume(
    slides: tuple[Slide, ...],
) -> None:
    for name in ("crime-type", "age"):
        assert "Assumed" in by_name(slides, name).note
    assert "is a range" in by_name(slides, "sex").note
    assert any("778 to 799" in note for note in by_name(slides, "crime-type").notes)


def test_the_notes_hold_each_printed_sentence_with_its_statement(
    release: Release, slides: tuple[Slide, ...]
) -> None:
    numbers = published_numbers.numbers(release)
    for slide in slides:
        assert slide.evidence, slide.name
        notes = "\n".join(slide.notes)
        for printed in slide.evidence:
            assert numbers[printed.number_id].sentence == printed.sentence
            assert f"“{plain(printed.sentence)}” ({printed.number_id}, section" in notes
        assert "Home Office, Equality and Community Impact Assessment" in notes


def test_what_is_not_published_has_no_bar_and_says_so(slides: tuple[Slide, ...]) -> None:
    figure = by_name(slides, "nationality").figure
    assert isinstance(figure, Chart)
    assert (figure.bars[-1].is_absent, figure.bars[-1].shown) == (True, "not published")


def test_a_number_without_an_upper_end_is_known_as_such(slides: tuple[Slide, ...]) -> None:
    figure = by_name(slides, "age").figure
    assert isinstance(figure, Chart)
    assert [figure.bars[place].shown for place in figure.open_ended] == ["at least 669"]


def test_help_lines_are_those_of_the_card_to_print(slides: tuple[Slide, ...]) -> None:
    figure = by_name(slides, "help").figure
    assert isinstance(figure, HelpLines)
    assert dict(figure.lines) == {row["card"]: row["number"] for row in helplines() if row["card"]}
    assert figure.danger[1] == "999"


def test_every_slide_is_about_a_page_of_the_site(slides: tuple[Slide, ...]) -> None:
    assert {slide.page for slide in slides} <= {head.path for head in sitemap.every_page()}


def test_a_slide_links_to_its_page_or_without_an_address_to_the_document(
    slides: tuple[Slide, ...],
) -> None:
    slide = by_name(slides, "sex")
    assert slide.link("https://example.org") == ("https://example.org/sex", "example.org/sex")
    address, short = slide.link("")
    assert (address.partition("/publications")[0], short) == (
        "https://www.gov.uk/government",
        "www.gov.uk",
    )


def test_help_lines_never_link_to_the_document_of_the_home_office(
    slides: tuple[Slide, ...],
) -> None:
    slide = by_name(slides, "help")
    assert slide.link("") == ("", "")
    assert slide.link("https://example.org")[1] == "example.org/safeguarding"


def test_a_source_line_counts_documents_that_are_too_many_to_name() -> None:
    def printed(year: int) -> Evidence:
        return Evidence("", "", "", "Home Office", "Figures", f"{year}-01-01", "")

    assert source_line([printed(2020), printed(2021)]).count("Home Office") == 2
    many = source_line([printed(year) for year in range(2020, 2025)])
    assert many == "Sources: 5 publications, named in the notes."


# Other languages


@pytest.mark.parametrize(
    ("code", "title", "share"),
    [
        ("cy", "1,336", "1.1%"),
        ("vi", "1.336", "1,1%"),
        ("sq", "1\u00a0336", "1,1%"),
        ("zh-Hans", "1,336", "1.1%"),
        ("bn", "1,336", "1.1%"),
    ],
)
def test_numbers_and_period_of_the_first_slide_are_in_the_language_of_the_show(
    release: Release, code: str, title: str, share: str
) -> None:
    with using(code):
        slide = by_name(story.slides(release), "total")
        assert code_labels.period("April 2020 to March 2021") in slide.title
    assert isinstance(slide.figure, Chart)
    assert title in slide.title
    assert share in slide.note
    assert "April" not in slide.title + slide.figure.unit
    assert slide.figure.bars[1].text == title


def test_help_lines_have_their_translated_names(release: Release) -> None:
    with using("cy"):
        figure = by_name(story.slides(release), "help").figure
        named = {messages.words("helplines", row["card"]) for row in helplines() if row["card"]}
    assert isinstance(figure, HelpLines)
    assert {name for name, _ in figure.lines} == named
    assert named != {row["card"] for row in helplines() if row["card"]}


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("1.336 là nam. Còn lại không rõ.", ["1.336 là nam", "Còn lại không rõ."]),
        ("62% مرد تھے۔ باقی درج نہیں۔", ["62% مرد تھے", "باقی درج نہیں۔"]),
        ("62% পুরুষ। বাকি লেখা নেই।", ["62% পুরুষ", "বাকি লেখা নেই।"]),
        ("62%为男性。其余未记录。", ["62%为男性", "其余未记录。"]),
        ("62%为男性。", ["62%为男性"]),
        ("62% were male.", ["62% were male"]),
    ],
)
def test_a_title_is_the_first_sentence_in_every_script(text: str, sentences: list[str]) -> None:
    assert story.sentences(text) == sentences


@pytest.mark.parametrize("code", ["zh-Hans", "ur", "bn"])
def test_the_finding_of_a_card_is_cut_after_its_first_sentence(release: Release, code: str) -> None:
    with using(code):
        slide = by_name(story.slides(release), "sex")
    assert slide.lead
    assert not slide.title.endswith(("。", "۔", "।"))


def test_a_source_line_has_the_commas_of_its_language() -> None:
    printed = Evidence("E001", "One.", "2.1", "Home Office", "Figures", "2021-12-15", "")
    with using("zh-Hans"):
        line, quoted = source_line([printed]), printed.quoted
    assert f"{in_chinese('Home Office')}，2021年12月15日，" in line
    assert "E001，" in quoted
    assert ", " not in line + quoted


def test_wrong_names_are_listed_with_the_commas_of_the_language(slides: tuple[Slide, ...]) -> None:
    with using("ur"):
        problem = choice.read([("slides", "sex,outcome,year")], slides).problem
    assert "outcome، year" in problem
    assert "total، nationality" in problem


def in_chinese(english: str) -> str:
    with using("zh-Hans"):
        return in_english(english)


# The choice of slides in an address


def test_an_address_chooses_slides_and_their_order(slides: tuple[Slide, ...]) -> None:
    chosen = choice.read([("slides", "sex, TOTAL,sex")], slides)
    assert [slide.name for slide in chosen.slides] == ["sex", "total"]
    assert len(chosen.others) == 6
    assert chosen.problem == ""


def test_a_form_without_a_script_says_the_same_in_several_parameters(
    slides: tuple[Slide, ...],
) -> None:
    in_one = choice.read([("slides", "help,gaps")], slides)
    assert choice.read([("slides", "help"), ("slides", "gaps")], slides) == in_one


@pytest.mark.parametrize("value", ["", ",", "  "])
def test_an_empty_choice_is_the_whole_story(slides: tuple[Slide, ...], value: str) -> None:
    chosen = choice.read([("slides", value)], slides)
    assert (chosen.slides, chosen.others) == (slides, ())
    assert chosen.problem.startswith("The address names no slide. The slides are: total,")


def test_wrong_names_are_named_and_the_rest_plays(slides: tuple[Slide, ...]) -> None:
    chosen = choice.read([("slides", f"sex,outcome,{'x' * 99}")], slides)
    assert [slide.name for slide in chosen.slides] == ["sex"]
    assert chosen.problem.startswith(f"There is no slide called outcome, {'x' * 40}. The slides")
    assert "total, nationality, crime-type" in chosen.problem
    assert choice.read([("slides", "outcome")], slides).slides == slides
