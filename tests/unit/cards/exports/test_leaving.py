"""Citations, links, frames, previews and the ZIP file of a card."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from referrals.cards import registry
from referrals.cards.card import Card
from referrals.cards.exports import archive, citations, csv, csvw, embed, export
from referrals.cards.exports.export import Export
from referrals.cards.exports.notes import notes, symbols
from referrals.cards.exports.pictures import png, social, svg
from referrals.cards.wording import transcribed
from referrals.errors import DataError
from referrals.query.selection import Selection
from referrals.reference import licences
from referrals.release import metadata
from referrals.release.release import Release

BASE = "https://figures.example"
SVG = "{http://www.w3.org/2000/svg}"
BROKEN = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">'


@pytest.fixture
def card(release: Release) -> Card:
    return registry.card("sex", release, Selection(crime_type="DA"))


@pytest.fixture
def example(invented: Release) -> Card:
    return registry.card("nationality", invented, Selection(release="example"))


# Links


def test_one_link_follows_the_latest_figures_and_one_stays_with_the_release(card: Card) -> None:
    assert export.latest_link(card, BASE) == f"{BASE}/sex?crime_type=DA"
    assert export.fixed_link(card, BASE) == f"{BASE}/sex?crime_type=DA&release=2020-21"


def test_invented_figures_are_never_the_latest(example: Card) -> None:
    assert export.latest_link(example, BASE) == ""
    assert "release=example" in export.fixed_link(example, BASE)


def test_the_link_of_a_card_over_time_leads_to_the_view_over_time(invented: Release) -> None:
    over_time = registry.card("sex-over-time", invented, Selection())
    assert "view=time" in export.fixed_link(over_time, BASE)
    assert over_time.link == "/sex?view=time"


def test_a_context_series_has_no_release_to_stay_with(release: Release) -> None:
    series = registry.card("nrm-years", release, Selection())
    assert export.fixed_link(series, BASE) == ""
    assert export.lasting_link(series, BASE) == f"{BASE}{series.link}"


# Citations


@pytest.mark.parametrize("cite", [citations.apa, citations.harvard, citations.bibtex])
def test_a_citation_names_publisher_year_title_release_and_lasting_link(
    card: Card, cite: citations.Cite
) -> None:
    text = cite(card, BASE)
    for part in ("Home Office", "2021", card.title, "2020-21"):
        assert part in text
    assert "release=2020-21" in text.replace("\\", "")


def test_the_apa_style_has_the_day_of_publication_of_printed_figures(release: Release) -> None:
    printed = registry.card("nationality", release, Selection(nationality="VNM,ALB"))
    assert citations.apa(printed, BASE).startswith("Home Office. (2021, December 15). ")


@pytest.mark.parametrize("cite", [citations.apa, citations.harvard, citations.bibtex])
def test_a_figure_that_we_derived_is_not_credited_to_its_source(
    card: Card, cite: citations.Cite
) -> None:
    assert any(row["status"] in transcribed.DERIVED for row in card.data)
    text = cite(card, BASE)
    assert "Derived from Home Office (2021), " in text
    assert "Victim referrals" in text.partition("Home Office")[0]


def test_a_card_with_an_exact_sum_of_printed_figures_is_derived(release: Release) -> None:
    named = registry.card("nationality", release, Selection())
    assert [row["status"] for row in named.data] == ["", "", "", "d", "x"]
    assert citations.is_derived(named)
    printed = registry.card("nationality", release, Selection(nationality="VNM,ALB"))
    assert not citations.is_derived(printed)


def test_figures_of_a_release_built_from_records_are_its_own(invented: Release) -> None:
    within = Selection(release="example", crime_type="DA")
    ranges = registry.card("nationality", invented, within)
    assert any(row["lower"] != row["upper"] for row in ranges.data)
    assert not citations.is_derived(ranges)


def test_bibtex_escapes_what_tex_takes_for_commands(card: Card) -> None:
    assert r"\%" in citations.bibtex(card, BASE)
    assert "62%" not in citations.bibtex(card, BASE).replace(r"\%", "")


# Metadata of the CSV file


def test_the_metadata_describe_every_column_and_carry_every_note(
    card: Card, release: Release
) -> None:
    document = json.loads(csvw.write(Export(card, release, BASE)))
    columns = [column["name"] for column in document["tableSchema"]["columns"]]
    assert columns == list(csv.rows(card)[0])
    for text in (*notes(card), *symbols(card)):
        assert text in document["dc:description"]
    assert document["url"] == f"{BASE}{export.file_address(card, 'csv')}"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("OGL-UK-3.0", {"@id": licences.LISTED["OGL-UK-3.0"].address}),
        ("https://publisher.example/terms", {"@id": "https://publisher.example/terms"}),
        ("http://[terms", {"@id": "http://[terms"}),
        ("All rights reserved", "All rights reserved"),
    ],
)
def test_the_metadata_have_the_licence_of_the_release(
    card: Card, release: Release, monkeypatch: pytest.MonkeyPatch, named: str, expected: object
) -> None:
    monkeypatch.setattr(metadata, "licence", lambda _: named)
    assert json.loads(csvw.write(Export(card, release, BASE)))["dc:license"] == expected


# Frames and HTML to paste


def test_html_to_paste_keeps_mark_notes_source_and_link(example: Card) -> None:
    html = embed.snippet(example, BASE)
    assert example.about.mark in html
    assert all(str(note) in html for note in notes(example))
    assert export.lasting_link(example, BASE).replace("&", "&amp;") in html
    assert "<script" not in html


def test_html_to_paste_has_the_picture_in_itself_with_its_finding_as_text(card: Card) -> None:
    html = embed.snippet(card, BASE)
    (picture,) = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert base64.b64decode(picture).decode() == svg.write(card, BASE)
    (alternative,) = re.findall(r'alt="([^"]+)"', html)
    assert unescape(alternative) == card.alternative
    assert "http" not in re.sub(r'href="[^"]*"|>[^<]*<', "", html), "it asks for nothing"


def test_html_to_paste_of_a_card_without_a_chart_has_no_picture(release: Release) -> None:
    table = registry.card("dac-537", release, Selection())
    assert "<img" not in embed.snippet(table, BASE)


def test_the_size_of_a_frame_is_in_whole_pixels_and_no_wider_than_its_place(card: Card) -> None:
    html = embed.frame(card, BASE)
    assert 'width="640" height="560"' in html
    assert "width:100%;max-width:640px" in html


def test_a_page_for_a_frame_asks_for_nothing_else(card: Card) -> None:
    html = embed.page(card, BASE)
    assert not any(word in html for word in ("<script", 'src="http', "@import", "url(http"))


# Pictures


def texts(drawing: str) -> str:
    return " ".join(text.text or "" for text in ET.fromstring(drawing).iter(f"{SVG}text"))


def test_a_preview_has_its_size_and_every_caveat(release: Release, invented: Release) -> None:
    for shown in (release, invented):
        for name in ("sex", "nationality", "age-band", "crime-type"):
            chosen = Selection(release="" if shown is release else "example")
            card = registry.card(name, shown, chosen)
            drawing = social.write(card, BASE)
            root = ET.fromstring(drawing)
            assert (root.get("width"), root.get("height")) == ("1200", "630")
            found = texts(drawing)
            for text in (card.finding, card.mark, *notes(card), *symbols(card)):
                assert text in found
            lowest = max(float(text.get("y", "0")) for text in root.iter(f"{SVG}text"))
            assert lowest < 630


def test_a_preview_says_how_many_bars_are_only_in_the_table(card: Card) -> None:
    bar = card.bars[0]
    many = replace(card, bars=[bar] * 40)
    found = texts(social.write(many, BASE))
    shown = found.count(f"{bar.label} ")
    assert f"{40 - shown} more are in the table" in found


def test_a_preview_whose_caveats_leave_no_room_has_no_bars(card: Card) -> None:
    crowded = replace(card, bars=[card.bars[0]] * 40, notes=["A long caveat."] * 400)
    found = texts(social.write(crowded, BASE))
    assert f"{card.bars[0].label} " not in found
    assert "40 more are in the table" in found


def test_a_png_picture_has_the_size_of_its_drawing_and_the_same_bytes_again(card: Card) -> None:
    drawing = social.write(card, BASE)
    picture = png.write(drawing, zoom=1)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)
    assert picture == png.draw(drawing, 1)


def test_a_very_tall_picture_is_drawn_smaller(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "MOST_PIXELS", 200_000)
    tall = replace(card, bars=[card.bars[0]] * 30)
    wide, high = struct.unpack(">II", png.write(svg.write(tall, BASE))[16:24])
    assert wide * high <= 200_000 * 1.01


def test_a_picture_that_cannot_be_drawn_is_an_error_with_a_remedy() -> None:
    with pytest.raises(DataError, match="Take the SVG picture instead"):
        png.write(BROKEN)


# Everything in one


def test_the_archive_says_what_each_file_is(card: Card, release: Release) -> None:
    contents = {"csv": b"1", "social.png": b"2"}
    packed = archive.write(Export(card, release, BASE), contents)
    assert packed == archive.write(Export(card, release, BASE), contents)
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        names = found.namelist()
        readme = found.read(f"{card.file_name}/README.txt").decode()
    assert len(names) == 3
    for ending in contents:
        assert f"- {card.file_name}.{ending}: " in readme
    assert all(note in readme for note in notes(card))
