"""The light twin: every page is there, says what the screens say, is small, and leads somewhere from every link."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app import PAGES
from referrals.dashboard import cards, content, notices, outline, parts, queries
from referrals.dashboard.selection import Selection
from referrals.errors import DataError
from referrals.lite import catalogue, dataset, site
from referrals.lite.addresses import SERVED, Placing, Spot, in_folder, relinked
from referrals.places import CONTENT
from referrals.release import Release
from referrals.shelf import Standing

NEED_A_SERVER = frozenset(head.path for head in PAGES if not head.has_twin)
"""Pages whose purpose is to answer what a reader asks of the server, so that they have no twin. Every other new page stands in
data/content/en/pages.csv."""

FIRST_PAGE, ANY_PAGE = 15_000, 40_000
"""The most that a page may weigh, in bytes, before it is compressed."""


class Parsed(HTMLParser):
    """A page's links, anchors and anything that could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.running: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"a", "link"} and given.get("rel") != "canonical":
            self.links.append(given["href"])
        self.anchors |= {given["id"]} if "id" in given else set()
        if (tag == "script" and given["type"] != "application/ld+json") or tag in {"iframe", "object", "embed", "form", "img"}:
            self.running.append(tag)
        self.running += [name for name in given if name.startswith("on")]


@pytest.fixture(scope="module")
def standing(release: Release, invented: Release) -> Standing:
    return Standing("one", release, (invented,))


@pytest.fixture(scope="module")
def served(standing: Standing) -> dict[str, str]:
    return {name: body.decode() for name, body in site.files(standing).items()}


@pytest.fixture(scope="module")
def folder(standing: Standing) -> dict[str, str]:
    return {name: body.decode() for name, body in site.files(standing, in_folder(None)).items()}


def pages(files: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if text.startswith("<!DOCTYPE html>")}


def described(html: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[0])
    return found


def test_every_page_of_the_site_has_a_twin_with_the_same_words_in_its_head() -> None:
    assert [(head.path, head.title, head.description, head.section, head.label) for head in catalogue.heads("en")] == [
        (head.path, head.title, head.description, head.section, head.label) for head in PAGES if head.has_twin
    ]
    assert {"/releases"} == NEED_A_SERVER


@pytest.mark.parametrize("path", [head.path for head in PAGES if head.path not in NEED_A_SERVER])
def test_a_twin_has_the_title_of_its_page_one_heading_and_a_way_back(served: dict[str, str], path: str) -> None:
    html = served[path.strip("/")]
    head = next(head for head in PAGES if head.path == path)
    assert f"<title>{head.title} - Victim referrals</title>" in html
    assert html.count("<h1") == 1
    assert f'<a href="{path}">Full version</a>' in html
    assert f'<link rel="canonical" href="/lite{path}">' in html


@pytest.mark.parametrize("topic", outline.TOPICS, ids=lambda topic: topic.dimension)
def test_a_topic_shows_the_bars_and_the_table_of_the_screens_card(
    served: dict[str, str], release: Release, topic: outline.Topic
) -> None:
    card = cards.of_dimension(release, queries.answer(release, topic.dimension, Selection()))
    html = served[card.path.strip("/")]
    assert parts.head(card) in html
    assert parts.bars(card) in html
    assert card.table in html
    assert all(quote["quotation"] in unescape(html) for quote in card.quotes)


def test_the_first_page_shows_every_card_and_every_sentence_behind_it_once(served: dict[str, str], release: Release) -> None:
    for dimension in outline.FIRST_SCREEN:
        card = cards.of_dimension(release, queries.answer(release, dimension, Selection()))
        assert parts.bars(card) in served[""]
        assert all(unescape(served[""]).count(f"“{quote['quotation']}”") == 1 for quote in card.quotes)
    assert "1,336" in served[""]
    assert "237" in served[""]


def test_the_first_page_is_small_and_no_page_is_large(served: dict[str, str]) -> None:
    assert len(served[""].encode()) < FIRST_PAGE
    assert {name: len(html.encode()) for name, html in pages(served).items() if len(html.encode()) > ANY_PAGE} == {}


def test_no_page_holds_anything_that_runs_or_loads(folder: dict[str, str]) -> None:
    assert {name: Parsed(html).running for name, html in pages(folder).items() if Parsed(html).running} == {}
    assert "url(" not in folder[site.STYLESHEET]
    assert "@import" not in folder[site.STYLESHEET]


def test_a_form_or_a_script_would_be_seen() -> None:
    assert Parsed('<script type="module"></script><form></form><p onclick="x">').running == ["script", "form", "onclick"]


@pytest.mark.parametrize("kind", ["folder", "served"])
def test_every_link_inside_leads_to_a_file_and_to_an_anchor_in_it(kind: str, request: pytest.FixtureRequest) -> None:
    files: dict[str, str] = request.getfixturevalue(kind)
    assert lost(files, root="/" if kind == "folder" else "/lite/") == []


def test_a_link_that_leads_nowhere_would_be_seen() -> None:
    planted = {"index.html": '<!DOCTYPE html><a href="no.html"></a><a href="a.html#no"></a>', "a.html": "<!DOCTYPE html>"}
    assert lost(planted, root="/") == ["index.html: no.html", "index.html: a.html#no"]


def lost(files: dict[str, str], *, root: str) -> list[str]:
    """Return each link of a page that leads to no file of the twin, or to no anchor in it; links of the full site are left."""
    parsed = {name: Parsed(html) for name, html in pages(files).items()}
    return [f"{name}: {link}" for name in parsed for link in parsed[name].links if not found(name, link, parsed, files, root)]


def found(name: str, link: str, parsed: dict[str, Parsed], files: dict[str, str], root: str) -> bool:
    if re.match(r"[a-z]+:", link) or (link.startswith("/") and not link.startswith(root)):
        return True
    path, _, anchor = link.partition("#")
    place = path.removeprefix(root) if path.startswith("/") else posixpath.join(posixpath.dirname(name), path)
    plain = "" if (whole := posixpath.normpath(place)) == "." else whole
    target = next((one for one in (plain, f"{plain}/") if one in files), "") if path else name
    return target in files and (bool(target) or plain == "") and (not anchor or anchor in parsed[target].anchors)


def test_a_folder_needs_no_server_every_link_of_a_page_is_relative_or_leaves_the_site(folder: dict[str, str]) -> None:
    rooted = {name: [link for link in Parsed(html).links if link.startswith("/")] for name, html in pages(folder).items()}
    assert {name for name, links in rooted.items() if links} == {"404.html"}
    assert "Full version" not in folder["index.html"]


@pytest.mark.parametrize("topic", outline.TOPICS, ids=lambda topic: topic.dimension)
def test_invented_figures_say_so_in_the_title_at_the_top_and_on_every_card(
    served: dict[str, str], topic: outline.Topic
) -> None:
    html = served[f"illustrative{cards.PATHS[topic.dimension]}"]
    assert re.search(r"<title>[^<]*Illustrative", html)
    assert notices.BANNER in html.partition('<section class="card"')[0]
    assert html.count(notices.INVENTED) >= html.count('<section class="card"') == 2
    assert f'<a href="{cards.PATHS[topic.dimension]}?release=illustrative">Full version</a>' in html
    assert 'aria-current="page"' not in html


def test_published_pages_do_not_say_invented_but_in_the_choice(served: dict[str, str]) -> None:
    assert notices.INVENTED not in served["age"]
    assert '<a href="illustrative/age">Illustrative series: ' in served["age"]
    assert '<a href="../age">Published: ' in served["illustrative/age"]


def test_without_another_release_no_choice_is_offered(release: Release) -> None:
    made = site.files(Standing("alone", release, ()))
    assert b'class="figures"' not in made["age"]
    assert not [name for name in made if name.startswith("illustrative")]


def test_no_page_speaks_of_choices_that_it_does_not_have(served: dict[str, str]) -> None:
    assert [name for name, html in pages(served).items() if cards.UNFILTERED in html] == []


def test_the_same_releases_always_make_the_same_bytes(standing: Standing, folder: dict[str, str]) -> None:
    again = site.files(standing, in_folder(None))
    assert {name: body.decode() for name, body in again.items()} == folder


def test_a_topic_is_described_for_machines_with_its_files_and_its_source(served: dict[str, str]) -> None:
    told = described(served["sex"])
    assert (told["@type"], told["version"], told["url"]) == ("Dataset", "2020-21", "/lite/sex")
    assert [one["contentUrl"] for one in told["distribution"]] == [
        "/lite/data/victim-referrals-2020-21-published-sex.csv",
        "/lite/data/victim-referrals-2020-21-published-sex-by-crime-type.csv",
        "/api/v1/releases/2020-21/cells?format=csv",
    ]
    assert told["isBasedOn"][0]["publisher"] == "Home Office"
    assert told["license"] == dataset.LICENCE


def test_invented_figures_are_described_as_invented_and_under_nobodys_licence(served: dict[str, str]) -> None:
    told = described(served["illustrative/sex"])
    assert told["description"].startswith(notices.BANNER)
    assert "illustrative" in told["name"].lower()
    assert "license" not in told


def test_a_description_cannot_end_its_own_element(release: Release) -> None:
    card = cards.of_dimension(release, queries.answer(release, "sex", Selection()))
    html = dataset.described(release.about, [card], address="", downloads={"</script><b>": "x"}, language="en")
    assert html.count("</script>") == 1
    assert described(html)["distribution"][0]["name"] == "</script><b>"


def test_a_known_site_is_named_in_canonical_links_downloads_and_the_sitemap(release: Release) -> None:
    made = site.files(Standing("alone", release, ()), in_folder("https://example.org"))
    html = made["age.html"].decode()
    assert '<link rel="canonical" href="https://example.org/lite/age">' in html
    assert '<a href="https://example.org/age">Full version</a>' in html
    assert b"https://example.org/age" in made["data/victim-referrals-2020-21-published-age-band.csv"]
    assert made[site.SITEMAP].count(b"<loc>https://example.org/lite/") == len(catalogue.heads("en"))


@pytest.mark.parametrize(
    ("link", "placing", "expected"),
    [
        ('<a href="/age">x</a>', SERVED, '<a href="../age">x</a>'),
        ('<a href="/">x</a>', SERVED, '<a href="../">x</a>'),
        ('<a href="/glossary#range" class="t">x</a>', in_folder(None), '<a href="../glossary.html#range" class="t">x</a>'),
        ('<a href="/table">x</a>', SERVED, '<a href="/table">x</a>'),
        ('<a href="/table">x</a>', in_folder("https://a.org"), '<a href="https://a.org/table">x</a>'),
        ('<a href="/table">x</a>', in_folder(None), "x"),
        ('<a href="/age?sex=F">x</a>', SERVED, '<a href="/age?sex=F">x</a>'),
        ('<a href="/data/a.csv" download>x</a>', SERVED, '<a href="../data/a.csv" download>x</a>'),
        ('<a href="#here">x</a> <a href="tel:999">y</a>', SERVED, '<a href="#here">x</a> <a href="tel:999">y</a>'),
    ],
)
def test_a_link_leads_to_the_twin_of_its_page_or_the_full_site_or_nowhere(link: str, placing: Placing, expected: str) -> None:
    twins = {Spot("/"), Spot("/age"), Spot("/glossary")}
    assert relinked(link, Spot("/sex", release="illustrative"), twins, placing) == expected


@pytest.fixture
def with_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of content in Welsh and Arabic beside the English: one page each, and a first page in Welsh."""
    shutil.copytree(CONTENT, tmp_path, dirs_exist_ok=True)
    for language, heading in (("cy", "Ynglŷn â"), ("ar", "حول")):
        (tmp_path / language).mkdir()
        shutil.copy(CONTENT / "en" / "pages.schema.json", tmp_path / language)
        (tmp_path / language / "pages.csv").write_text(
            f"path,section,label,title,description\n/,A,,{heading} 1,B\n/about,A,,{heading} 2,B\n", encoding="utf-8"
        )
        (tmp_path / language / "overview.md").write_text(f"# {heading} 1\n\n{{E002}} [a](/about) [b](/age)\n", encoding="utf-8")
        (tmp_path / language / "about.md").write_text(f"# {heading} 2\n", encoding="utf-8")
    for module in (catalogue, content):
        monkeypatch.setattr(module, "CONTENT", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("with_languages")
def test_a_new_language_is_new_files_with_links_between_the_languages(release: Release) -> None:
    made = {name: body.decode() for name, body in site.files(Standing("alone", release, ())).items()}
    assert '<a href="ar/about" lang="ar" hreflang="ar" dir="rtl">العربية</a>' in made["about"]
    assert '<a href="../about" lang="en" hreflang="en" dir="ltr">English</a>' in made["cy/about"]
    assert '<html lang="ar" dir="rtl">' in made["ar/"]
    assert '<p>1,336 <a href="about">a</a> <a href="../age">b</a></p>' in made["cy/"]
    assert "Languages" not in made["age"]
    assert lost(made, root="/lite/") == []


def test_a_listed_page_without_its_text_is_refused_by_name(with_languages: Path, release: Release) -> None:
    (with_languages / "cy" / "about.md").unlink()
    with pytest.raises(DataError, match=r"about\.md is missing from data/content/cy"):
        site.files(Standing("alone", release, ()))
