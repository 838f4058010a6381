"""Files of a page can be read alone, traced back, opened safely, and parsed by machines."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.cards import by_dimension, context_series
from referrals.cards.card import Card, Row
from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.exports import citations, export, spreadsheet
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import notes as export_notes
from referrals.cards.exports import text as text_export
from referrals.cards.exports.pictures import svg
from referrals.cards.html import sources
from referrals.csv_safety import safe_cell
from referrals.query import kinds
from referrals.query.selection import SHARE, Selection
from referrals.reference import statuses
from referrals.release.release import Release
from referrals.spreadsheets.workbook import display_text
from tests.fixtures.examples import examples

BASE = "https://figures.example"
CARRIED = ("period", "unit", "release", "release_status")
HOSTILE = "<script>alert('1')</script> & \"2\""
SVG = "{http://www.w3.org/2000/svg}"

# Some read as they stand; the rest a spreadsheet would take for a formula.
FORMULAS = ["=1+1", "=HYPERLINK(A1)", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", "-", "="]
PLAIN = ["1=1", "a+b", " =1", "", "'=1", "−5", "Vietnam", "0-17"]


def named(value: object) -> str:
    """A selection, in the name of a test, as its address has it."""
    return (
        "&".join(value.address().values()) or "everything"
        if isinstance(value, Selection)
        else str(value)
    )


@pytest.fixture(scope="module")
def by_sex(release: Release) -> Card:
    return by_dimension.card(release, kinds.of(release).answer("sex", Selection(crime_type="DA")))


@pytest.fixture(scope="module")
def by_crime(release: Release) -> Card:
    return by_dimension.card(release, kinds.of(release).answer("crime_type", Selection()))


@pytest.fixture(scope="module")
def across(release: Release) -> Card:
    answers = {
        code: kinds.of(release).answer("sex", Selection(crime_type=code))
        for code in ("MS", "DA", "OTH")
    }
    return by_dimension.of_columns(release, answers, by="crime_type")


@pytest.fixture(scope="module")
def contexts(release: Release) -> Mapping[str, Card]:
    return {name: context_series.card(release, name) for name in context_series.DESIGNS}


@pytest.fixture(scope="module")
def every(by_sex: Card, by_crime: Card, across: Card, contexts: Mapping[str, Card]) -> list[Card]:
    return [by_sex, by_crime, across, *contexts.values()]


@pytest.fixture(scope="module")
def files(every: list[Card]) -> list[tuple[Card, str]]:
    """Each card with its CSV file."""
    return [(card, csv_export.write(card)) for card in every]


def rows_of(text: str) -> list[dict[str, str]]:
    plain = text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(plain, newline=""), strict=True))


# CSV


def test_a_csv_file_reads_back_as_it_was(files: list[tuple[Card, str]]) -> None:
    for card, text in files:
        rows = rows_of(text)
        assert len(rows) == len(card.data)
        for row, kept in zip(rows, card.data, strict=True):
            assert {
                name: "" if value is None else str(safe_cell(name, value))
                for name, value in kept.items()
            }.items() <= row.items()


def test_a_csv_file_conforms_to_rfc_4180(files: list[tuple[Card, str]]) -> None:
    for _, text in files:
        assert text.endswith("\r\n")
        assert "\n" not in text.replace("\r\n", "")
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert {len(row) for row in cells} == {len(cells[0])}
        assert len(set(cells[0])) == len(cells[0])


def test_a_csv_file_begins_with_the_byte_order_mark_by_which_spreadsheets_know_utf_8(
    files: list[tuple[Card, str]],
) -> None:
    for _, text in files:
        assert text.encode().startswith(b"\xef\xbb\xbf")
        assert text.count("\ufeff") == 1


def test_each_row_of_a_csv_file_can_be_read_alone(files: list[tuple[Card, str]]) -> None:
    for card, text in files:
        for row in rows_of(text):
            assert [name for name in CARRIED if not row[name]] == [], card.name
            assert (row["release"], row["release_status"]) == ("2020-21", "published")


def test_no_row_of_a_csv_file_repeats_what_is_true_of_all(files: list[tuple[Card, str]]) -> None:
    for card, text in files:
        assert not {"title", "notes", "source", "link"} & set(rows_of(text)[0]), card.name


def test_a_csv_file_keeps_ranges_missing_counts_and_the_meanings_of_letters(by_crime: Card) -> None:
    rows = {row["crime_type"]: row for row in rows_of(csv_export.write(by_crime))}
    assert (rows["MS"]["value"], rows["MS"]["lower"], rows["MS"]["upper"]) == ("", "778", "786")
    assert rows["MS"]["status"] == "e"
    assert rows["MS"]["working"]
    assert (rows["_NK"]["value"], rows["_NK"]["lower"], rows["_NK"]["upper"]) == ("", "", "")
    assert rows["_NK"]["status_meaning"] == statuses.meanings()["x"]


def test_the_period_in_a_csv_file_of_another_publication_is_not_that_of_the_release(
    files: list[tuple[Card, str]],
) -> None:
    """Its rows cover 2009 to 2025, each with its own date."""
    for card, text in files:
        if card.path.startswith("/trends?"):
            assert card.about.period_label not in {row["period"] for row in rows_of(text)}, (
                card.name
            )


@pytest.mark.parametrize("cell", FORMULAS, ids=repr)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(
    by_sex: Card, cell: str
) -> None:
    planted = replace(by_sex, data=labelled(by_sex, cell))
    for row in rows_of(csv_export.write(planted)):
        assert row["label"] == f"'{cell}"


@pytest.mark.parametrize("cell", PLAIN, ids=repr)
def test_a_cell_that_is_not_a_formula_is_unchanged(by_sex: Card, cell: str) -> None:
    assert {
        row["label"]
        for row in rows_of(csv_export.write(replace(by_sex, data=labelled(by_sex, cell))))
    } == {cell}


@settings(max_examples=examples(40))  # each writes and reads a file
@given(cell=st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_no_cell_can_break_a_csv_file_or_reach_it_as_a_formula(by_sex: Card, cell: str) -> None:
    rows = rows_of(csv_export.write(replace(by_sex, data=labelled(by_sex, cell))))
    assert {row["label"] for row in rows} <= {cell, f"'{cell}"}
    assert not any(row["label"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    assert len(rows) == len(by_sex.data)


# Text and citation


def test_the_text_of_a_card_has_finding_numbers_notes_and_source(
    by_sex: Card, by_crime: Card
) -> None:
    for card in (by_sex, by_crime):
        text = text_export.write(card, BASE)
        assert text.startswith(card.finding)
        assert f"{card.title}. {card.unit}" in text
        assert all(f"{bar.label}: {bar.shown}" in text for bar in card.bars)
        assert all(export_notes.plain(note) in text for note in card.notes)
        assert "section" in text
        assert "Release 2020-21 (published)" in text
        assert text.endswith(f"{BASE}{export.fixed_link(card, '')}")


def test_the_text_of_a_card_across_groups_has_every_number(across: Card) -> None:
    text = text_export.write(across, BASE)
    assert all(
        number in text
        for number in ("447", "210", "121 to 129", "45", "147", "18 to 20", "214", "68", "45 to 66")
    )


def test_no_text_ends_a_sentence_twice_or_holds_markup(every: list[Card]) -> None:
    for card in every:
        text = text_export.write(card, BASE)
        assert ".." not in text, card.name
        assert not any(mark in text for mark in ("](", "**", "<b", "&amp;")), card.name


def test_no_text_mentions_a_table_that_it_does_not_contain(every: list[Card]) -> None:
    for card in every:
        assert "table below" not in text_export.write(card, BASE), card.name


def test_a_copied_text_explains_why_context_figures_are_not_comparable(
    contexts: Mapping[str, Card],
) -> None:
    for card in contexts.values():
        assert "Why this is not the same thing" in text_export.write(card, BASE)


def test_the_sections_of_a_source_are_listed_once_and_in_order(every: list[Card]) -> None:
    assert sources.names(every[1])[0].endswith("2.1, 3.8.2")


def test_an_invented_release_is_marked_in_every_export(by_sex: Card) -> None:
    invented = replace(by_sex, about=replace(by_sex.about, status="example"))
    assert "example" in text_export.write(invented, BASE)
    for cite in (citations.apa, citations.harvard, citations.bibtex):
        assert "example" in cite(invented, BASE)
    assert "example" in svg.write(invented, BASE)
    assert {row["release_status"] for row in rows_of(csv_export.write(invented))} == {"example"}


def test_every_source_of_other_figures_is_named_with_its_date(contexts: Mapping[str, Card]) -> None:
    named = sources.names(contexts["years"])
    assert len(named) > 3
    assert len(set(named)) == len(named)
    assert any(
        name.startswith("National Crime Agency, ") and "20 March 2019" in name for name in named
    )


@pytest.mark.parametrize(
    ("note", "plain"),
    [
        ("See [the glossary](/glossary#range).", "See the glossary."),
        ("**Why.** [One](/a) and [two](/b)", "Why. One and two"),
        ("Nothing [x] to do", "Nothing [x] to do"),
    ],
)
def test_a_note_loses_its_markup_and_nothing_else(note: str, plain: str) -> None:
    assert export_notes.plain(note) == plain


def test_only_the_letters_that_occur_are_explained(by_crime: Card) -> None:
    assert export_notes.symbols(by_crime) == [
        "[e] estimated: a range that we worked out from printed figures",
        "[x] not available: not published",
    ]


# Picture


def test_a_picture_is_a_picture_with_a_title_and_a_description(
    by_sex: Card, by_crime: Card
) -> None:
    for card in (by_sex, by_crime):
        root = drawn(card)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == card.finding
        assert root.findtext(f"{SVG}desc") == card.alternative


def test_a_picture_contains_finding_numbers_source_release_and_link(
    by_sex: Card,
) -> None:
    words = " ".join(text.text or "" for text in drawn(by_sex).iter(f"{SVG}text"))
    for part in (
        by_sex.finding,
        by_sex.title,
        by_sex.unit,
        "3.8.2",
        "Release 2020-21 (published)",
        f"{BASE}{by_sex.link}",
    ):
        assert part in words
    assert all(bar.label in words and bar.shown in words for bar in by_sex.bars)


def test_bars_of_a_picture_are_as_long_as_their_numbers(by_crime: Card) -> None:
    solid, pale = bars_of(drawn(by_crime))
    per_referral = [width / low for width, low in zip(solid, (778, 210, 338), strict=True)]
    assert per_referral == pytest.approx([per_referral[0]] * 3, rel=0.001)
    # The pale end of modern slavery is 8 referrals long, of domestic abuse 2, of the rest 10.
    assert [round(width / per_referral[0]) for width in pale] == [8, 2, 10]


def test_bars_of_a_picture_begin_at_one_line(by_crime: Card) -> None:
    starts = {bar.get("x") for bar in bars_in(drawn(by_crime)) if not bar.get("fill-opacity")}
    assert starts == {str(svg.ROWS.left)}


def test_an_open_end_has_no_pale_end_in_a_picture(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("age_band", Selection()))
    assert bars_of(drawn(card))[1] == []


def test_a_picture_explains_its_pale_ends_only_if_it_has_any(
    release: Release, by_crime: Card
) -> None:
    exact = by_dimension.card(release, kinds.of(release).answer("nationality", Selection()))
    assert "Pale end" in svg.write(by_crime, BASE)
    assert "Pale end" not in svg.write(exact, BASE)


def test_a_range_has_the_colour_of_its_own_bar(by_sex: Card) -> None:
    """Sex not recorded is grey: a blue end to its bar would belong to the males."""
    grey = colours.LIGHT[Meaning.NOT_RECORDED]
    (pale,) = [bar for bar in bars_in(drawn(by_sex)) if bar.get("fill-opacity")]
    assert (pale.get("stroke"), pale.get("fill")) == (grey, grey)


def test_a_picture_has_every_caveat_of_its_page(
    every: list[Card], contexts: Mapping[str, Card]
) -> None:
    """The break, the gap and the reason not to compare were on the page alone."""
    for card in every:
        if not (card.bars or card.lines):
            continue
        words = " ".join(text.text or "" for text in drawn(card).iter(f"{SVG}text"))
        for caveat in export_notes.notes(card):
            assert caveat in words
    crimes = " ".join(
        text.text or "" for text in drawn(contexts["domestic_abuse"]).iter(f"{SVG}text")
    )
    for part in ("not the same thing", "dashed line marks a break", "left out in 2019-20"):
        assert part in crimes


def test_the_number_of_a_range_stands_at_the_number_and_not_at_the_end_of_the_range(
    release: Release,
) -> None:
    """62% stood at the 68% point of its range."""
    answer = kinds.of(release).answer("sex", Selection(measure=SHARE))
    root = drawn(by_dimension.card(release, answer))
    male = bars_in(root)[0]
    end = float(male.get("x", 0)) + float(male.get("width", 0))
    (number,) = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("62%")]
    if number.get("font-weight") == "700":
        assert 0 < float(number.get("x", 0)) - end < 12


@pytest.mark.parametrize(
    ("dimension", "selection"),
    [
        ("sex", Selection()),
        ("sex", Selection(crime_type="OTH", measure=SHARE)),
        ("crime_type", Selection(nationality="_TOP3")),
        ("crime_type", Selection(nationality="_OTH", measure=SHARE)),
        ("crime_type", Selection(sex="_NK", measure=SHARE)),
        ("nationality", Selection(crime_type="MS", measure=SHARE)),
    ],
    ids=named,
)
def test_no_line_of_a_picture_runs_out_of_it(
    release: Release, dimension: str, selection: Selection
) -> None:
    root = drawn(by_dimension.card(release, kinds.of(release).answer(dimension, selection)))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for text in root.iter(f"{SVG}text"):
        # Letters of Arial are about half as wide as high; links are one word and cannot wrap.
        long = 0.45 * float(text.get("font-size", 0)) * len(text.text or "")
        start = float(text.get("x", 0)) - (long if text.get("text-anchor") == "end" else 0)
        assert start >= 0, text.text
        assert start + long <= width or BASE in (text.text or ""), text.text
        assert 0 < float(text.get("y", 0)) <= height


def test_lines_of_a_picture_do_not_overlap(by_crime: Card) -> None:
    root = drawn(by_crime)
    left = sorted(
        float(text.get("y", 0)) for text in root.iter(f"{SVG}text") if text.get("x") == "24"
    )
    assert all(lower - upper >= 16 for upper, lower in pairwise(left))


def test_a_hostile_label_stays_text_in_a_picture(by_sex: Card) -> None:
    bars = [replace(bar, label=HOSTILE, shown=HOSTILE) for bar in by_sex.bars]
    planted = replace(
        by_sex,
        finding=HOSTILE,
        title=HOSTILE,
        alternative=HOSTILE,
        unit=HOSTILE,
        notes=[HOSTILE],
        bars=bars,
    )
    root = drawn(planted)
    allowed = {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
    assert root.findtext(f"{SVG}title") == HOSTILE
    assert HOSTILE in [text.text for text in root.iter(f"{SVG}text")]


def test_a_picture_loads_nothing_from_anywhere(by_sex: Card) -> None:
    root = drawn(by_sex)
    assert not any(
        "href" in name or "url(http" in value
        for element in root.iter()
        for name, value in element.attrib.items()
    )


def labelled(card: Card, label: str) -> list[Row]:
    """The data of a card with another label in each row."""
    return [{**row, "label": label} for row in card.data]


def drawn(card: Card) -> ET.Element:
    return ET.fromstring(svg.write(card, BASE))


def bars_in(root: ET.Element) -> list[ET.Element]:
    return [bar for bar in root.iter(f"{SVG}rect") if bar.get("height") == str(svg.ROWS.bar)]


def bars_of(root: ET.Element) -> tuple[list[float], list[float]]:
    """Return the lengths of the solid parts of a picture's bars, and of the pale ends."""
    widths: dict[bool, list[float]] = {False: [], True: []}
    for bar in bars_in(root):
        widths[bar.get("fill-opacity") is not None].append(float(bar.get("width", 0)))
    return widths[False], widths[True]


def test_a_long_label_is_wrapped_and_not_cut(by_sex: Card) -> None:
    planted = replace(by_sex, bars=[Bar("one two three " * 5, "1", 1, 1)])
    labels = [
        text.text for text in drawn(planted).iter(f"{SVG}text") if text.get("text-anchor") == "end"
    ]
    assert " ".join(map(str, labels)).split() == ["one", "two", "three"] * 5
    assert all(len(label or "") <= svg.ROWS.letters for label in labels)


def test_yes_and_no_are_true_and_false_in_every_file_of_a_series(
    contexts: Mapping[str, Card],
) -> None:
    """A workbook took `True` for a number, and could not be written."""
    for card in contexts.values():
        written = csv_export.write(card).removeprefix(csv_export.BYTE_ORDER_MARK)
        rows = list(csv.DictReader(io.StringIO(written, newline="")))
        assert {row["second_hand"] for row in rows} <= {"true", "false"}
        sheet = spreadsheet.workbook(card, BASE).sheets[-1]
        column = sheet.header.index("second_hand")
        assert [row[column] for row in sheet.rows] == [row["second_hand"] for row in rows]
        display_text.cache_clear()
        assert len(sheet.widths) == len(sheet.header)
