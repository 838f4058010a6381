"""Cards are complete, agree with their answers, and hold nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from referrals import templates
from referrals.cards import by_dimension, registry
from referrals.cards.card import PATHS, Card
from referrals.cards.html import chart
from referrals.cards.wording import captions, phrases
from referrals.cards.wording.transcribed import Transcribed
from referrals.content import outline
from referrals.language import using
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.labels import labels
from referrals.query.observation import Observation
from referrals.query.selection import SHARE, Selection, read_address
from referrals.release.release import Release

WITHOUT_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""Removes the marks that keep a number together in right-to-left text."""

MOST_IN_A_HEADLINE = 160
"""Characters of a headline over time: at most seven lines on a phone."""

HOSTILE = "<script>alert(1)</script>"


class Cells(HTMLParser):
    """The rows of the tables in a piece of HTML as the text of their cells, and all its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.caption = ""
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag in {"td", "th", "caption"}:
            self._in = tag

    def handle_data(self, data: str) -> None:
        if self._in == "caption":
            self.caption += data
        elif self._in:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""


@pytest.fixture(scope="module")
def made(release: Release, answers: tuple[Answer, ...]) -> list[tuple[Answer, Card]]:
    """Every answer of a dimension that has a page, with its card."""
    return [
        (answer, by_dimension.card(release, answer))
        for answer in answers
        if answer.dimension in PATHS
    ]


@pytest.fixture
def by_crime(release: Release) -> Mapping[str, Answer]:
    """The answers by sex within each crime type, by the label of the crime type."""
    names = labels(release)
    return {
        names["crime_type", code]: kinds.of(release).answer("sex", Selection(crime_type=code))
        for code in ("MS", "DA", "OTH")
    }


def test_a_card_has_all_that_belongs_to_its_figure(made: list[tuple[Answer, Card]]) -> None:
    for answer, card in made:
        assert card.finding == Transcribed().finding(answer)
        assert card.alternative.startswith(card.finding)
        assert "April 2020 to March 2021" in card.unit
        assert set(Transcribed().notes(answer)) | set(captions.workings(answer)) <= set(card.notes)
        assert card.about.release_id == "2020-21"
        assert bool(card.bars) == answer.is_published
        labels_of_rows = [phrases.label(observation) for observation in answer.observations]
        assert [bar.label for bar in card.bars] == (labels_of_rows if card.bars else [])


def test_the_table_of_a_card_has_every_row_with_its_count_its_symbol_and_its_share(
    made: list[tuple[Answer, Card]],
) -> None:
    for answer, card in made:
        header, *body = Cells(card.table).rows
        assert header[1] == "Referrals"
        assert len(header) == (3 if answer.recorded is None else 4)
        assert all(head.startswith("% of ") for head in header[2:])
        for row, (label, shown, *shares) in zip(answer.observations, body, strict=True):
            assert label == phrases.label(row)
            number = phrases.number(row)
            assert shown == (f"{number} [{row.status}]" if row.status else number)
            assert (shares[-1] == "–") == (row.status == "x" or answer.total.status == "x")
            assert shares[-1] in {phrases.share(row), "–"}


def test_the_table_names_the_denominator_of_its_shares_by_sex(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    header, male, _, unknown = Cells(card.table).rows
    assert header[2:] == [
        "% of the 1,131 with sex recorded",
        "% of all 1,336, with sex recorded or not",
    ]
    assert male == ["Male", "706", "62%", "53% to 68%"]
    assert unknown[2] == "–", "those not recorded are in no share of those recorded"
    assert "1,336" in Cells(card.table).caption


def test_every_share_column_of_every_table_names_its_denominator(
    made: list[tuple[Answer, Card]],
) -> None:
    for answer, card in made:
        header = Cells(card.table).rows[0]
        if answer.recorded is not None:
            assert f"{answer.recorded:,}" in header[2]
        elif answer.total.has_number:
            assert phrases.number(answer.total) in header[2]
        assert "%" not in "".join(header[:2])


def test_every_card_rests_on_printed_sentences_with_their_place(
    made: list[tuple[Answer, Card]],
) -> None:
    for answer, card in made:
        assert bool(card.quotes) == answer.is_published
        for quote in card.quotes:
            assert quote["quotation"]
            assert quote["section"]
            assert quote["address"].startswith("https://www.gov.uk/")
        assert len({quote["quotation"] for quote in card.quotes}) == len(card.quotes)


@pytest.mark.parametrize(
    ("dimension", "chosen", "sections"),
    [
        ("nationality", {}, ["3.6.2", "2.1"]),
        ("nationality", {"crime_type": "MS"}, ["3.6.2", "3.8.2"]),
        ("age_band", {}, ["3.3.2", "2.1"]),
        ("sex", {}, ["3.8.2", "2.1"]),
        ("crime_type", {}, ["3.8.2", "2.1"]),
    ],
    ids=str,
)
def test_the_sentences_behind_a_card_are_those_of_its_numbers(
    release: Release, dimension: str, chosen: dict[str, str], sections: list[str]
) -> None:
    card = by_dimension.card(release, kinds.of(release).answer(dimension, Selection(**chosen)))
    assert set(sections) <= {quote["section"] for quote in card.quotes}


def test_the_link_of_a_card_leads_back_to_the_same_view(
    release: Release, made: list[tuple[Answer, Card]]
) -> None:
    for answer, card in made:
        path, _, _ = card.link.partition("?")
        assert path == PATHS[answer.dimension]
        selection, unmet = read_address(card.address, kinds.of(release).filters(answer.dimension))
        assert (selection, unmet) == (answer.selection, ())


def test_the_link_and_the_file_name_of_showing_everything_are_plain(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    assert card.link == "/sex"
    assert card.file_name == "victim-referrals-2020-21-published-sex"


def test_file_names_carry_the_release_and_its_status_and_differ_by_view(
    made: list[tuple[Answer, Card]],
) -> None:
    names = [card.file_name for _, card in made]
    assert all("2020-21-published" in name for name in names)
    assert all(re.fullmatch(r"[a-z0-9+-]+(_[a-z0-9]+)*", name.replace("_", "-")) for name in names)
    assert len(set(names)) == len(names)


def test_an_example_card_is_marked_in_its_file_name(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    invented = replace(card, about=replace(card.about, status="example"))
    assert "-example-" in invented.file_name


def test_the_unit_is_a_number_or_names_the_denominator_of_the_share(release: Release) -> None:
    units = {
        measure: by_dimension.card(
            release, kinds.of(release).answer("sex", Selection(measure=measure))
        ).unit
        for measure in ("number", SHARE)
    }
    assert units["number"].startswith("Number of victim referrals")
    assert "1,131" in units[SHARE]
    assert "recorded" in units[SHARE]


def test_bars_are_shares_of_the_longest(made: list[tuple[Answer, Card]]) -> None:
    for answer, card in made:
        if answer.is_published:
            assert max(bar.upper for bar in card.bars) == 1
        assert all(0 <= bar.solid <= bar.upper <= 1 for bar in card.bars)


def test_the_data_of_a_card_keep_codes_bounds_and_status_as_they_are(release: Release) -> None:
    data = by_dimension.card(release, kinds.of(release).answer("age_band", Selection())).data
    rows = {row["age_band"]: row for row in data}
    numbers = [rows["0-17"][name] for name in ("value", "lower", "upper", "status")]
    assert numbers == [145, 145, 145, ""]
    # "Just over 50%" has no upper end; the one that arithmetic allows is not in the source.
    assert (rows["20-39"]["lower"], rows["20-39"]["upper"]) == (669, None)
    assert {row["sex"] for row in data} == {"_T"}


def test_a_missing_count_is_missing_in_the_data_and_not_0(made: list[tuple[Answer, Card]]) -> None:
    for _, card in made:
        for row in card.data:
            if row["status"] == "x":
                assert (row["value"], row["lower"], row["upper"]) == (None, None, None)
                assert row["status_meaning"] == Transcribed().symbols["x"]


def test_a_card_across_groups_has_every_row_of_every_group(
    release: Release, by_crime: Mapping[str, Answer]
) -> None:
    card = by_dimension.of_columns(release, by_crime, by="crime_type")
    rows = Cells(card.table).rows[1:]
    assert len(rows) == len(card.data) == 9
    assert ["Domestic abuse: female", "147"] in [row[:2] for row in rows]
    assert {row["crime_type"] for row in card.data} == {"MS", "DA", "OTH"}
    assert card.file_name == "victim-referrals-2020-21-published-sex-by-crime-type"
    assert all(Transcribed().finding(answer) in card.alternative for answer in by_crime.values())
    assert list(card.panels) == list(by_crime)
    assert [bar.solid for panel in card.panels.values() for bar in panel] == [
        bar.solid for bar in card.bars
    ]


def test_a_card_across_groups_gives_each_sentence_and_each_note_once(
    release: Release, by_crime: Mapping[str, Answer]
) -> None:
    card = by_dimension.of_columns(release, by_crime, by="crime_type")
    assert len(set(card.notes)) == len(card.notes)
    quotations = [quote["quotation"] for quote in card.quotes]
    assert len(set(quotations)) == len(quotations)


def test_the_workings_of_a_card_across_groups_name_their_group(
    release: Release, by_crime: Mapping[str, Answer]
) -> None:
    card = by_dimension.of_columns(release, by_crime, by="crime_type")
    assert "Other or unstated crime, female: 425 − 147 − 210." in card.notes
    start = "Other or unstated crime, female, assumed: No referral counts as both domestic abuse"
    assert [text for text in card.further_notes if text.startswith(start)] != []


@pytest.mark.parametrize(
    ("dimension", "is_told"), [("nationality", True), ("crime_type", True), ("sex", False)]
)
def test_the_one_figure_on_nationality_and_crime_type_is_on_the_cards_of_both(
    release: Release, dimension: str, *, is_told: bool
) -> None:
    notes = by_dimension.card(
        release, kinds.of(release).answer(dimension, Selection())
    ).further_notes
    told = [note for note in notes if "84% of victims from Vietnam, Albania and China" in note]
    assert bool(told) is is_told
    assert all(
        "modern slavery (section 3.6.2). For all others it is 42% to 43%" in note for note in told
    )


def test_a_hostile_label_is_text_in_the_table_and_in_the_bars(release: Release) -> None:
    answer = kinds.of(release).answer("sex", Selection())
    card = by_dimension.card(release, replace(answer, observations=relabelled(answer, HOSTILE)))
    drawn = chart.html(card)
    for html in (card.table, drawn):
        assert "script" not in Cells(html).tags
        assert "&lt;script&gt;alert(1)" in html


# Tables


def test_a_table_names_itself_and_its_rows_and_can_be_scrolled_by_keyboard() -> None:
    html = templates.table('A "planted" caption', ["Name", "Number"], [["One", "1"]])
    assert "<caption>A &#34;planted&#34; caption</caption>" in html
    assert 'tabindex="0"' in html
    assert 'aria-label="A &#34;planted&#34; caption"' in html
    assert '<th scope="row">One</th><td>1</td>' in html


def test_columns_of_words_are_marked_so_that_only_numbers_are_aligned_right() -> None:
    html = templates.table("C", ["Name", "Number", "Note"], [["One", "1", "x"]], text_columns=[2])
    assert '<td>1</td><td class="text">x</td>' in html
    assert '<th scope="col">Number</th><th scope="col" class="text">Note</th>' in html


def test_a_link_cannot_break_out_of_its_attribute() -> None:
    html = templates.link('https://example.org/"onmouseover="alert(1)', "<b>there</b>")
    assert html.count('"') == 6
    assert "<b>" not in html
    assert 'rel="noreferrer"' in html
    assert "rel=" not in templates.link("/about", "About")


def relabelled(answer: Answer, label: str) -> tuple[Observation, ...]:
    """The observations of an answer under another label."""
    return tuple(replace(observation, label=label) for observation in answer.observations)


def test_a_table_row_that_is_part_of_another_is_marked(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("age_band", Selection()))
    assert '<th scope="row">of these, 20 to 39</th>' in card.table
    assert '<th scope="row">20 to 39</th>' not in card.table


def test_a_compared_code_that_is_not_published_within_a_filter_says_so(release: Release) -> None:
    chosen = Selection(nationality="ALB", crime_type="MS")
    card = registry.card("nationality", release, chosen)
    assert card.finding == "No number of modern slavery referrals is published for Albania."
    assert "not published" in card.table
    assert [row["status"] for row in card.data] == ["x"]


@pytest.mark.parametrize(
    ("code", "rest"),
    [("en", "42% to 43%"), ("cy", "42% i 43%"), ("zh-Hans", "42%至43%"), ("ur", "42% تا 43%")],
)
def test_a_range_in_a_note_is_in_the_language_of_the_page(
    release: Release, code: str, rest: str
) -> None:
    with using(code):
        notes = registry.card("crime-type", release, Selection()).notes
        further = registry.card("crime-type", release, Selection()).further_notes
    plain = [str(note).translate(WITHOUT_ISOLATES) for note in (*notes, *further)]
    assert any(rest in note for note in plain)


@pytest.mark.parametrize("dimension", [topic.dimension for topic in outline.TOPICS])
def test_a_finding_over_time_is_a_short_headline_and_a_rest_that_leaves_nothing_out(
    invented: Release, dimension: str
) -> None:
    card = registry.card(registry.over_time_name(dimension), invented, Selection())
    assert len(card.headline) <= MOST_IN_A_HEADLINE
    start, _, first = card.headline.removesuffix(".").rpartition(": ")
    assert card.finding.startswith(f"{start}: {first}")
    others = card.rest.removeprefix(f"{start}: ").removesuffix(".")
    assert others
    clauses = re.split(r", (?=no clear|[A-Z])| and (?=no clear|[A-Z])", others)
    assert all(clause in card.finding for clause in clauses)


def test_one_group_over_time_has_no_rest(invented: Release) -> None:
    card = registry.card(
        "nationality-over-time", invented, Selection().choosing("nationality", "XAB")
    )
    assert (card.headline, card.rest) == (card.finding, "")
