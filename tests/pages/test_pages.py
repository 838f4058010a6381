"""Every page in a session: complete, filtered by widgets and address, and clear about errors."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from referrals.cards import context_series, page_cards
from referrals.cards.card import PATHS
from referrals.content import outline
from referrals.content.sitemap import drawn_by_streamlit, key_of
from referrals.dashboard import first_paint, page, page_url
from referrals.dashboard.topic_page import choices
from referrals.i18n import messages
from referrals.paths import ROOT
from referrals.query.selection import MOST_COMPARED, Selection
from referrals.reference.codelists import TOTAL
from referrals.release import catalogue
from referrals.release.release import latest_published, open_release
from tests.fixtures.page_scripts import SCRIPTS

TITLES = {head.path: head.title for head in drawn_by_streamlit()}
FILTERED = {path: dimension for dimension, path in PATHS.items()}
HELP_LINE = "0808 2000 247"
TO_COPY = 4
"""The texts to copy of a card: its text, two citations and the code of a frame."""

Open = Callable[..., Any]


def fields(path: str) -> list[choices.Field]:
    """The filters of a page, its views and its measures."""
    chosen = choices.read(path.strip("/"), [], catalogue.served().by_id())
    return [*chosen.filters(), chosen.views(), chosen.measure()]


def options(path: str) -> list[tuple[str, str]]:
    """Every option (parameter, code) of a page's controls but the usual one of each."""
    return [
        (field.name, code)
        for field in fields(path)
        for code in field.options
        if code != field.usual
    ]


def findings(reader: Any) -> list[str]:
    """The headlines of the cards of a page."""
    return [
        unescape(one)
        for one in re.findall(r'<h2 class="finding"[^>]*>(.*?)</h2>', "".join(reader.html))
    ]


def alternatives(reader: Any) -> list[str]:
    """The alternative texts of the charts of a page."""
    return [chart.proto.alt for chart in reader.app.get("plotly_chart")]


# Every page


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_page_is_drawn_whole_with_its_title(page: Open, path: str) -> None:
    reader = page(SCRIPTS[path])
    assert not reader.app.exception
    assert not reader.app.error
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", "".join(reader.html)) == [TITLES[path]]


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_page_ends_with_the_unit_of_count_and_help(page: Open, path: str) -> None:
    end = page(SCRIPTS[path]).html[-1]
    assert 'href="/safeguarding"' in end
    assert "April 2020 to March 2021" in end
    assert "Open Government Licence" in end


@pytest.mark.parametrize("path", SCRIPTS)
def test_headings_of_a_page_skip_no_level(page: Open, path: str) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)[ >]", "".join(page(SCRIPTS[path]).html))]
    assert levels.index(1) == 0
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", SCRIPTS)
def test_no_place_on_a_page_has_the_name_of_another(page: Open, path: str) -> None:
    names = re.findall(r' id="([^"]+)"', "".join(page(SCRIPTS[path]).html))
    assert len(set(names)) == len(names)


def downloads(reader: Any, ending: str = "csv") -> list[str]:
    """The links to the files of a page's cards that have an ending."""
    link = rf'<a href="(/take-away/[^"?]+\.{ending}(?:\?[^"]*)?)" download>'
    return re.findall(link, "".join(reader.html))


def frames(reader: Any) -> list[str]:
    """The codes of a page for frames with its cards."""
    return [text for text in reader.to_copy if text.startswith("<iframe ")]


def test_every_chart_of_trends_has_its_finding_as_description_and_its_downloads(page: Open) -> None:
    reader = page(SCRIPTS["/trends"])
    sentences = findings(reader)
    assert alternatives(reader)
    assert [text for text in alternatives(reader) if not text.startswith(tuple(sentences))] == []
    assert "".join(reader.html).count("<table") >= len(sentences)
    assert len(downloads(reader)) == len(sentences)
    assert len(downloads(reader, "csv-metadata.json")) == len(sentences)
    assert len(frames(reader)) == len(sentences)
    assert len(reader.to_copy) == TO_COPY * len(sentences)


@pytest.mark.parametrize("path", FILTERED)
def test_the_answer_is_bars_that_need_no_plotly_with_its_downloads(page: Open, path: str) -> None:
    reader = page(SCRIPTS[path])
    sentences = findings(reader)
    assert alternatives(reader) == []
    assert "".join(reader.html).count('class="bars"') >= len(sentences)
    assert len(downloads(reader)) == len(sentences)
    assert len(downloads(reader, "csv-metadata.json")) == len(sentences)
    assert len(frames(reader)) == len(sentences)
    assert len(reader.to_copy) == TO_COPY * len(sentences)


@pytest.mark.parametrize("path", FILTERED)
def test_a_page_has_as_few_elements_as_its_controls_allow(page: Open, path: str) -> None:
    """Every element is made, hashed and sent again in every run."""
    reader = page(SCRIPTS[path])
    # Heading, period, the button of the filters, finding, figure, what follows, and the end.
    assert len(reader.html) <= 7
    assert not [
        kind
        for kind in ("expander", "download_button", "button", "markdown", "columns", "radio")
        if reader.app.get(kind)
    ]


def test_the_overview_needs_no_chart_to_be_loaded(page: Open) -> None:
    assert alternatives(page(SCRIPTS["/"])) == []
    assert len(findings(page(SCRIPTS["/"]))) == 4


@pytest.mark.parametrize(
    "figure", ["1,336", "126,453", "1.1%", "237", "168", "109", "145", "706", "425", "194"]
)
def test_the_overview_has_every_figure_of_the_first_screen(page: Open, figure: str) -> None:
    assert re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d%]|[,.]\d)", page(SCRIPTS["/"]).text)


@pytest.mark.parametrize("section", ["2.1", "3.6.2", "3.8.2", "3.3.2"])
def test_the_overview_names_the_section_of_each_figure(page: Open, section: str) -> None:
    assert re.search(rf"section[^<\n]*\b{re.escape(section)}(?!\.?\d)", page(SCRIPTS["/"]).text)


def test_the_overview_quotes_the_sentences_of_its_figures(page: Open) -> None:
    html = unescape("".join(page(SCRIPTS["/"]).html))
    assert "62% (706) were male and 38% (425) were female" in html
    assert "Vietnam (237); Albania (168); and China (109)" in html


def test_figures_check_leads_with_the_counts_by_sex(page: Open) -> None:
    html = "".join(page(SCRIPTS["/figures-check"]).html)
    _, _, after = html.partition('<h3 id="R01"')
    first = after.partition("<h3")[0]
    assert "<h3" not in html.partition('<h3 id="R01"')[0]
    assert "1,325" in first
    assert "1,336" in first


def test_the_safeguarding_page_has_the_help_lines(page: Open) -> None:
    assert "".join(page(SCRIPTS["/safeguarding"]).html).count('class="telephone"') >= 11


def test_trends_explains_why_each_series_is_not_comparable(page: Open) -> None:
    reader = page(SCRIPTS["/trends"])
    assert (
        "".join(reader.html).count("Why this is not the same thing") == len(findings(reader)) == 1
    )


@pytest.mark.parametrize("name", context_series.DESIGNS)
def test_a_series_is_shown_alone_with_what_it_says_and_where_it_is_from(
    open_page: Open, name: str
) -> None:
    reader = open_page(SCRIPTS["/trends"], {"series": name})
    card = context_series.card(catalogue.served().published, name)
    html = "".join(reader.html)
    assert findings(reader) == [card.finding]
    assert html.count("Why this is not the same thing") == 1
    assert html.count(f'href="/trends?series={name}" aria-current="true"') == 1
    assert html.count('<a href="/trends?series=') >= 2 * len(context_series.DESIGNS)


def test_choosing_a_series_writes_it_into_the_address(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/trends"])
    reader.choose("series", "duty_to_notify")
    assert reader.address == {"series": "duty_to_notify"}
    assert "rose from 4,580 in 2022 to 7,130 in 2025" in findings(reader)[0]


def test_an_unknown_series_is_named_and_the_first_one_is_shown(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/trends"], {"series": "nrm"})
    assert "series=nrm" in "".join(reader.html)
    assert findings(reader)[0].startswith("Referrals of possible modern slavery victims rose")


# Filters and addresses


def test_the_pages_have_the_filters_that_the_release_can_answer() -> None:
    assert {path: [field.name for field in fields(path)] for path in FILTERED} == {
        "/nationality": ["nationality", "crime_type", "view", "measure"],
        "/age": ["age_band", "view", "measure"],
        "/sex": ["sex", "crime_type", "view", "measure"],
        "/crime-type": ["crime_type", "nationality", "sex", "view", "measure"],
    }


def test_no_filter_has_one_possible_value() -> None:
    assert [field for path in FILTERED for field in fields(path) if len(field.options) < 2] == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path == PATHS["crime_type"] else pytest.mark.slow)
        for path in FILTERED
    ],
)
def test_every_option_gives_the_same_page_by_its_control_and_by_its_address(
    open_page: Open, page: Open, path: str
) -> None:
    pressed = open_page(SCRIPTS[path])
    whole = pressed.html
    for name, code in options(path):
        usual = next(field.usual for field in fields(path) if field.name == name)
        pressed.choose(name, code)
        assert pressed.address == {name: code}, "the address follows the control"
        linked = open_page(SCRIPTS[path], {name: code})
        assert not pressed.app.exception
        assert not linked.app.exception
        assert all(finding.endswith(".") for finding in findings(linked))
        assert "could not be used" not in linked.text
        assert pressed.html == linked.html
        assert pressed.html != whole, "a choice changes something in view"
        assert pressed.to_copy == linked.to_copy
        assert linked.controls[name].value in (code, [code])
        pressed.choose(name, usual)
    assert pressed.address == {}
    assert pressed.html == page(SCRIPTS[path]).html


def test_several_codes_are_compared_in_the_finding_and_in_the_files(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/nationality"]).choose("nationality", "VNM,CHN")
    assert reader.address == {"nationality": "VNM,CHN"}
    finding = "Of 1,336 victim referrals: 237 from Vietnam (18%) and 109 from China (8%)."
    assert findings(reader)[0] == finding
    html = "".join(reader.html)
    assert "Albania" not in html.partition('class="bars"')[2].partition('class="foot"')[0]
    assert downloads(reader)[0].endswith("?nationality=VNM%2CCHN")
    linked = open_page(SCRIPTS["/nationality"], {"nationality": "VNM,CHN"})
    assert linked.html == reader.html


@pytest.mark.parametrize(
    "codes", ["VNM,XXX", "VNM,VNM", "VNM,,CHN", "VNM,ALB,CHN,_OTH,_NK", ",".join(["VNM"] * 50)]
)
def test_a_comparison_that_cannot_be_made_is_named_and_everything_is_shown(
    open_page: Open, page: Open, codes: str
) -> None:
    reader = open_page(SCRIPTS["/nationality"], {"nationality": codes})
    assert "could not be used" in reader.text
    assert findings(reader) == findings(page(SCRIPTS["/nationality"]))


def test_the_phone_button_names_what_is_chosen_and_clear_all_removes_it(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/crime-type"], {"sex": "F", "measure": "share"})
    html = "".join(reader.html)
    assert "<summary>Filters (1): Female</summary>" in html
    assert '<a href="/crime-type?measure=share">Clear all</a>' in html
    assert "Clear all" not in "".join(open_page(SCRIPTS["/crime-type"]).html)


def test_no_page_offers_to_show_bars_that_it_shows_already(open_page: Open) -> None:
    """16 bars in four panels are shown at once; a fold would open to nothing."""
    html = "".join(open_page(SCRIPTS["/crime-type"]).html)
    assert html.count('class="panel-name"') == 4
    assert "Show all" not in html


def test_one_published_year_says_so_over_time_and_leads_to_trends(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"]).choose("view", "time")
    assert findings(reader)[0] == "Only one year is published: April 2020 to March 2021."
    assert 'href="/trends"' in "".join(reader.html)
    assert alternatives(reader) == []
    assert set(reader.controls) == {"sex", "crime_type", "view"}


def test_parameters_that_others_add_to_a_link_are_ignored(open_page: Open, page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"], {"utm_source": "x", "fbclid": "y"})
    assert reader.html == page(SCRIPTS["/sex"]).html


def test_two_filters_together_are_written_to_the_address_and_read_from_it(open_page: Open) -> None:
    pressed = open_page(SCRIPTS["/sex"]).choose("crime_type", "DA").choose("measure", "share")
    assert pressed.address == {"crime_type": "DA", "measure": "share"}
    linked = open_page(SCRIPTS["/sex"], {"measure": "share", "crime_type": "DA"})
    assert pressed.html == linked.html
    assert 'href="/sex?crime_type=DA&amp;measure=share"' in "".join(linked.html)


def test_an_unpublished_combination_is_called_so(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/crime-type"], {"nationality": "_TOP3", "sex": "M"})
    assert not reader.app.exception
    finding = findings(reader)[0]
    assert "does not publish" in finding
    assert "not published" in "".join(reader.html)


@pytest.mark.parametrize(
    ("path", "address", "named"),
    [
        ("/sex", {"crime_type": "XX"}, ["crime_type=XX"]),
        ("/sex", {"crime_type": "ms"}, ["crime_type=ms"]),
        ("/sex", {"sex": "X"}, ["sex=X"]),
        ("/sex", {"view": "pie"}, ["view=pie"]),
        ("/sex", {"measure": "percent"}, ["measure=percent"]),
        ("/age", {"crime_type": "MS"}, ["crime_type=MS"]),
        (
            "/nationality",
            {"crime_type": "DA", "sort": "x", "country": "ALB", "utm_source": "x"},
            ["crime_type=DA", "sort=x", "country=ALB"],
        ),
        ("/sex", {"crime_type": ["MS", "DA"]}, ["crime_type=MS&amp;crime_type=DA"]),
        ("/crime-type", {"nationality": "VNM"}, ["nationality=VNM"]),
    ],
)
def test_a_tampered_address_is_named_in_a_note_and_everything_is_shown(
    open_page: Open,
    page: Open,
    path: str,
    address: Mapping[str, str | list[str]],
    named: list[str],
) -> None:
    reader = open_page(SCRIPTS[path], address)
    (note,) = [html for html in reader.html if "could not be used" in html]
    assert 'role="status"' in note
    assert [part for part in named if part not in note] == []
    assert not reader.app.exception
    assert [html for html in reader.html if html != note] == page(SCRIPTS[path]).html


@pytest.mark.parametrize(
    ("path", "address", "reason"),
    [
        ("/crime-type", {"nationality": "VNM"}, "not_published"),
        ("/crime-type", {"nationality": "FRA"}, "not_published"),
        ("/sex", {"sex": "M,M"}, "repeated"),
        ("/sex", {"crime_type": ["MS", "DA"]}, "repeated"),
        ("/nationality", {"nationality": "VNM,ALB,CHN,_OTH,_NK"}, "too_many"),
        ("/sex", {"crime_type": "XX"}, "unknown"),
        ("/trends", {"series": ["nrm-years", "nrm-quarters"]}, "repeated"),
        ("/trends", {"series": "none"}, "unknown"),
    ],
)
def test_the_note_on_an_address_says_what_is_wrong_with_it(
    open_page: Open, path: str, address: Mapping[str, str | list[str]], reason: str
) -> None:
    reader = open_page(SCRIPTS[path], address)
    (note,) = [html for html in reader.html if "could not be used" in html]
    sentence = messages.text(f"notices.unusable_because.{reason}", n=MOST_COMPARED)
    assert sentence in note
    assert note.count("Everything is shown") == 1


def test_the_part_of_a_link_that_can_be_used_is_used(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"], {"crime_type": "DA", "release": "2019"})
    assert "domestic abuse" in findings(reader)[0]
    assert "release=2019" in "".join(reader.html)


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "&" * 100, "x" * 5000],
    ids=["script", "image", "bold", "ampersands", "long"],
)
def test_a_hostile_address_is_shown_as_text_and_not_at_length(
    open_page: Open, hostile: str
) -> None:
    reader = open_page(SCRIPTS["/sex"], {"crime_type": hostile, hostile[:40]: "1"})
    (note,) = [html for html in reader.html if "could not be used" in html]
    assert not re.search(r"<(script|img|b>(?!Part))", note)
    assert len(note) < 1000
    assert not re.search(r"&(?!(?:#\d+|[a-z]+);)", note), "an escaped letter was cut in two"


def test_what_others_add_to_a_link_has_no_note(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"], {"crime_type": "DA", "utm_source": "x", "fbclid": "y"})
    assert "could not be used" not in reader.text
    assert "domestic abuse" in findings(reader)[0]


def test_an_address_without_faults_has_no_note(open_page: Open) -> None:
    assert (
        "could not be used"
        not in open_page(SCRIPTS["/sex"], {"crime_type": TOTAL, "measure": "number"}).text
    )


# When there is no release


@pytest.fixture
def no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which the releases were never built."""
    monkeypatch.setattr(catalogue, "served", lambda: open_release(latest_published(tmp_path)))


@pytest.mark.parametrize("path", SCRIPTS)
@pytest.mark.usefixtures("no_release")
def test_without_a_release_a_page_shows_a_sentence_and_no_traceback(
    open_page: Open, path: str
) -> None:
    reader = open_page(SCRIPTS[path])
    assert not reader.app.exception
    (error,) = reader.app.error
    assert "There is no published release" in error.value
    assert "make data" in error.value
    assert "Traceback" not in reader.text
    assert str(ROOT) not in reader.text


@pytest.mark.usefixtures("no_release")
def test_without_a_release_the_safeguarding_page_still_has_the_help_lines(
    open_page: Open,
) -> None:
    """Nobody who needs help has to wait until the figures are mended."""
    assert HELP_LINE in open_page(SCRIPTS["/safeguarding"]).text


@pytest.mark.usefixtures("no_release")
def test_without_a_release_the_first_bytes_have_a_notice_and_the_help_lines() -> None:
    html = first_paint.body("/", "").html
    assert "There is no published release" in html
    assert HELP_LINE in html


# Behind the pages


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_page_is_run_by_our_navigation_whichever_is_opened_first(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Streamlit discovers pages in a folder named `pages`.

    Until somebody has opened the first page of a new server, it would draw those by themselves:
    without our titles, without our error messages, and with /crime-type "not found".
    """
    drawn: list[str] = []
    monkeypatch.setattr(page, "draw", drawn.append)
    opened = open_page(SCRIPTS[path])
    assert drawn == [key_of(path)]
    assert opened.app.session_state[page_url.PATH] == path


def test_the_first_bytes_of_the_overview_have_its_figures() -> None:
    html = first_paint.body("/", "").html
    for text in ("1,336", "126,453", "1.1%", "237", "706", "425", "194 to 205", "145", "3.8.2"):
        assert text in html
    assert "plotly" not in html


@pytest.mark.parametrize("path", SCRIPTS)
def test_the_first_bytes_of_a_page_have_its_heading_once(path: str) -> None:
    html = first_paint.body(path, "").html
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == [TITLES[path]]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/sex", {}),
        ("/sex", {"crime_type": "DA", "measure": "share"}),
        ("/nationality", {"nationality": "VNM,ALB"}),
        ("/crime-type", {"sex": "F", "view": "table"}),
        ("/age", {"view": "time"}),
        ("/sex", {"crime_type": "XX"}),
    ],
)
def test_the_first_bytes_have_the_finding_and_figure_that_the_session_draws(
    open_page: Open, path: str, address: dict[str, str]
) -> None:
    reader = open_page(SCRIPTS[path], address)
    drawn = [html for html in reader.bodies if 'class="phone"' not in html]
    first_bytes = first_paint.body(path, urlencode(address)).html
    assert [html for html in drawn if html not in first_bytes] == []


def test_the_first_bytes_work_as_links_without_scripts() -> None:
    html = first_paint.body("/crime-type", "crime_type=MS,DA&sex=F&view=table").html
    table = "&amp;view=table"
    for effect, address in {
        "another sex": f"sex=M&amp;crime_type=MS,DA{table}",
        "every sex": f"crime_type=MS,DA{table}",
        "one more compared": f"sex=F&amp;crime_type=MS,DA,OTH{table}",
        "one less compared": f"sex=F&amp;crime_type=DA{table}",
        "the chart": "sex=F&amp;crime_type=MS,DA",
        "shares": f"sex=F&amp;crime_type=MS,DA&amp;measure=share{table}",
    }.items():
        assert f'href="/crime-type?{address}"' in html, effect
    assert "<form" not in html


@pytest.mark.parametrize("path", FILTERED)
def test_filters_with_few_options_show_all_of_them_as_buttons(open_page: Open, path: str) -> None:
    reader = open_page(SCRIPTS[path])
    assert [*reader.app.selectbox, *reader.app.multiselect] == []
    assert set(reader.controls) >= {field.name for field in fields(path)}


@pytest.mark.parametrize("hostile", ["sex=%3Cscript%3E", "view=%22%3E%3Cb%3E", "a=" + "b" * 5000])
def test_a_hostile_address_is_no_part_of_the_first_bytes(hostile: str) -> None:
    html = first_paint.body("/crime-type", hostile).html
    assert "<script" not in html
    assert "<b>&" not in html
    assert len(html) < len(first_paint.body("/crime-type", "").html) + 1000


@pytest.mark.parametrize(
    ("address", "repeats"),
    [
        ("/crime-type?sex=F", False),
        ("/crime-type?utm_source=x", False),
        ("/crime-type?sex=XX", True),
        ("/trends?series=none", True),
        ("/table?rows=none_of_ours", True),
        ("/table?rows=sex&utm_source=x", False),
    ],
)
def test_a_page_that_quotes_its_address_says_so_to_the_shell(address: str, repeats: bool) -> None:
    path, _, query = address.partition("?")
    assert first_paint.body(path, query).repeats_address is repeats


def test_a_release_can_be_opened_twice(tmp_path: Path) -> None:
    """A release is opened a second time while a session still uses the first."""
    built = latest_published()
    folder = shutil.copytree(built, tmp_path / built.name)
    opened = open_release(folder)
    assert open_release(folder).about == opened.about


def test_a_card_is_cached() -> None:
    block, release = outline.Card("sex"), catalogue.served().published
    first = page_cards.card(block, release, Selection())
    assert page_cards.card(block, release, Selection()) is first
    assert page_cards.card(block, release, Selection(measure="share")) is not first
