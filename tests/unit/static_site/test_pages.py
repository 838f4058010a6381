"""The static site: complete, the same as the dashboard, small, and without a broken link."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Match, Route

from app import SERVED as FULL_SITE
from referrals.api.endpoint import NotFound
from referrals.cards import by_dimension, context_series
from referrals.cards.card import PATHS
from referrals.cards.html import card as card_html
from referrals.cards.html import chart
from referrals.content import outline
from referrals.content import pages as content_pages
from referrals.content.sitemap import PAGES
from referrals.errors import DataError
from referrals.i18n import languages, messages
from referrals.paths import CONTENT, LOCALE
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.release import files, metadata
from referrals.release.catalogue import Served
from referrals.release.release import EXAMPLE, MARKS, Release
from referrals.static_site import json_ld, site
from referrals.static_site.links import SERVED, LinkStyle, PageKey, in_folder, rewrite_links
from referrals.static_site.links import served as served_at

NEED_A_SERVER: frozenset[str] = frozenset()
"""Pages that answer what a reader asks of the server, so that they have no static page."""

BASE = f"https://{'a' * 48}.org"
"""An address of a site of 60 characters, as long as they get."""

FIRST_PAGE, ANY_PAGE = 15_000, 45_000
"""The largest size of a page, in bytes, before it is compressed."""


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
        if tag in {"a", "link"} and given.get("rel") not in {"canonical", "alternate"}:
            self.links.append(given["href"])
        self.anchors |= {given["id"]} if "id" in given else set()
        is_script = tag == "script" and given["type"] != "application/ld+json"
        is_loaded = tag == "img" and not given["src"].startswith("data:")
        if is_script or is_loaded or tag in {"iframe", "object", "embed", "form"}:
            self.running.append(tag)
        self.running += [name for name in given if name.startswith("on")]


@pytest.fixture(scope="module")
def releases(release: Release, invented: Release) -> Served:
    return Served("one", release, (invented,))


@pytest.fixture(scope="module")
def served(releases: Served) -> dict[str, str]:
    return texts(site.files(releases))


@pytest.fixture(scope="module")
def folder(releases: Served) -> dict[str, str]:
    return texts(site.files(releases, in_folder(None)))


@pytest.fixture(scope="module")
def known(releases: Served) -> dict[str, str]:
    """The pages of a site whose address is known."""
    return texts(site.files(releases, served_at(BASE)))


def texts(made: dict[str, bytes]) -> dict[str, str]:
    """Return files as text, with replacement characters for bytes that are not text."""
    return {name: body.decode(errors="replace") for name, body in made.items()}


def pages(files: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if text.startswith("<!DOCTYPE html>")}


def described(html: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[0]
    )
    return found


def test_every_page_of_the_site_has_a_static_page_with_the_same_head() -> None:
    assert [
        (head.path, head.title, head.description, head.section, head.label)
        for head in languages.heads("en")
    ] == [
        (head.path, head.title, head.description, head.section, head.label)
        for head in PAGES
        if head.path not in NEED_A_SERVER
    ]


@pytest.mark.parametrize("path", [head.path for head in PAGES if head.path not in NEED_A_SERVER])
def test_a_static_page_has_its_title_one_heading_and_a_link_to_the_full_version(
    served: dict[str, str], path: str
) -> None:
    html = served[path.strip("/")]
    head = next(head for head in PAGES if head.path == path)
    assert f"<title>{head.title} - Victim referrals</title>" in html
    assert html.count("<h1") == 1
    assert f'<a href="{path}">Full version</a>' in html
    assert f'<link rel="canonical" href="/lite{path}">' in html


def rewritten(html: str, key: PageKey) -> str:
    """Return HTML with its links to profiles, as on the static page of a key."""
    profiles = [PageKey(f"/nationality/{code}") for code in ("VNM", "ALB", "CHN")]
    return rewrite_links(html, key, profiles, SERVED)


def test_each_series_has_a_page_that_leads_to_the_same_series_of_the_full_site(
    served: dict[str, str], release: Release
) -> None:
    for name in context_series.DESIGNS:
        html = served[f"trends/{name}"]
        assert context_series.card(release, name).finding in unescape(html)
        assert html.count("Why this is not the same thing") == 1
        assert f'<a href="/trends?series={name}">Full version</a>' in html
    links = re.findall(r'<a href="(trends/[a-z_]+)">', served["trends"])
    assert len(links) == len(context_series.DESIGNS) - 1, "the first one is shown there"


@pytest.mark.parametrize("topic", outline.TOPICS, ids=lambda topic: topic.dimension)
def test_a_topic_page_shows_the_bars_and_the_table_of_the_dashboard(
    served: dict[str, str], release: Release, topic: outline.Topic
) -> None:
    card = by_dimension.card(release, kinds.of(release).answer(topic.dimension, Selection()))
    html = served[card.path.strip("/")]
    assert card_html.head(card) in html
    assert rewritten(chart.html(card), PageKey(card.path)) in html
    assert card.table in html
    assert all(quote["quotation"] in unescape(html) for quote in card.quotes)


def test_the_first_page_shows_every_card_and_every_sentence_behind_it_once(
    served: dict[str, str], release: Release
) -> None:
    for dimension in PATHS:
        card = by_dimension.card(release, kinds.of(release).answer(dimension, Selection()))
        assert rewritten(chart.html(card), PageKey("/")) in served[""]
        assert all(
            unescape(served[""]).count(f"“{quote['quotation']}”") == 1 for quote in card.quotes
        )
    assert "1,336" in served[""]
    assert "237" in served[""]


def test_the_first_page_is_small_and_no_page_is_large(
    served: dict[str, str], known: dict[str, str]
) -> None:
    assert len(BASE) == 60
    assert len(served[""].encode()) < len(known[""].encode()) < FIRST_PAGE
    assert {
        name: len(html.encode())
        for name, html in pages(served).items()
        if len(html.encode()) > ANY_PAGE
    } == {}


def test_no_page_holds_anything_that_runs_or_loads(folder: dict[str, str]) -> None:
    assert {
        name: Parsed(html).running for name, html in pages(folder).items() if Parsed(html).running
    } == {}
    assert "url(" not in folder[site.STYLESHEET]
    assert "@import" not in folder[site.STYLESHEET]


def test_a_planted_form_or_script_is_noticed() -> None:
    assert Parsed('<script type="module"></script><form></form><p onclick="x">').running == [
        "script",
        "form",
        "onclick",
    ]


@pytest.mark.parametrize("kind", ["folder", "served"])
def test_every_link_inside_leads_to_a_file_and_to_an_anchor_in_it(
    kind: str, request: pytest.FixtureRequest
) -> None:
    made: dict[str, str] = request.getfixturevalue(kind)
    assert lost(made, root="/" if kind == "folder" else "/lite/") == []


@pytest.mark.parametrize(
    "link",
    ["no.html", "a.html#no", "/no", "/ages", "/api/v2", "/releases/2020-21/a/b/c", "/lite/no.html"],
)
def test_a_planted_broken_link_is_noticed(link: str) -> None:
    planted = {
        "index.html": f'<!DOCTYPE html><a href="{link}"></a><a href="/age?sex=F"></a>',
        "a.html": "<!DOCTYPE html>",
    }
    assert lost(planted, root="/lite/") == [f"index.html: {link}"]


def lost(files: dict[str, str], *, root: str) -> list[str]:
    """Return each link of a page to a file, an anchor or an address that does not exist."""
    parsed = {name: Parsed(html) for name, html in pages(files).items()}
    return [
        f"{name}: {link}"
        for name in parsed
        for link in parsed[name].links
        if not found(name, link, parsed, files, root)
    ]


def found(
    name: str, link: str, parsed: dict[str, Parsed], files: dict[str, str], root: str
) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    if link.startswith("/") and not link.startswith(root):
        return answered(link.partition("?")[0])
    address, _, anchor = link.partition("#")
    path = address.partition("?")[0]  # the page of a built table answers any query
    place = (
        path.removeprefix(root)
        if path.startswith("/")
        else posixpath.join(posixpath.dirname(name), path)
    )
    plain = "" if (whole := posixpath.normpath(place)) == "." else whole
    target = (
        next((candidate for candidate in (plain, f"{plain}/") if candidate in files), "")
        if path
        else name
    )
    return (
        target in files
        and (bool(target) or plain == "")
        and (not anchor or anchor in parsed[target].anchors)
    )


def answered(path: str) -> bool:
    """Return whether the full site has a page at an address, or a route of its own."""
    scope = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
    routes = [
        route
        for route in FULL_SITE.routes
        if isinstance(route, Route) and not isinstance(route.endpoint, NotFound)
    ]
    return path in {head.path for head in PAGES} or any(
        route.matches(scope)[0] is Match.FULL for route in routes
    )


def test_a_folder_needs_no_server_every_link_of_a_page_is_relative_or_leaves_the_site(
    folder: dict[str, str],
) -> None:
    rooted = {
        name: [link for link in Parsed(html).links if link.startswith("/")]
        for name, html in pages(folder).items()
    }
    assert {name for name, links in rooted.items() if links} == {"404.html"}
    assert "Full version" not in folder["index.html"]


@pytest.mark.parametrize("topic", outline.TOPICS, ids=lambda topic: topic.dimension)
def test_invented_figures_say_so_in_the_title_at_the_top_and_on_every_card(
    served: dict[str, str], topic: outline.Topic
) -> None:
    html = served[f"example{PATHS[topic.dimension]}"]
    assert re.search(r"<title>[^<]*Worked example", html)
    assert messages.text("notices.banner") in html.partition('<section class="card"')[0]
    assert html.count(MARKS[EXAMPLE]) >= html.count('<section class="card"') == 2
    assert f'<a href="{PATHS[topic.dimension]}?release=example">Full version</a>' in html
    assert 'aria-current="page"' not in html


def test_published_pages_name_invented_figures_only_in_the_choice(served: dict[str, str]) -> None:
    assert MARKS[EXAMPLE] not in served["age"]
    assert '<a href="example/age">Worked example: ' in served["age"]
    assert '<a href="../age">Published: ' in served["example/age"]


def test_without_another_release_no_choice_is_offered(release: Release) -> None:
    made = site.files(Served("alone", release, ()))
    assert b'class="figures"' not in made["age"]
    assert not [name for name in made if name.startswith("example")]


def test_no_page_promises_a_key_that_needs_a_script(served: dict[str, str]) -> None:
    mentions = [
        line
        for html in pages(served).values()
        for line in re.findall(r"<(?:li|p)>(?:(?!</(?:li|p)>).)*Shift.*", html)
    ]
    assert len(mentions) == 3
    assert [line for line in mentions if "low-data version" not in line.lower()] == []


def test_no_page_mentions_filters_that_it_does_not_have(served: dict[str, str]) -> None:
    note = by_dimension.unfiltered_note()
    assert [name for name, html in pages(served).items() if note in html] == []


def test_the_same_releases_always_make_the_same_bytes(
    releases: Served, folder: dict[str, str]
) -> None:
    assert texts(site.files(releases, in_folder(None))) == folder


def test_a_topic_is_described_for_machines_with_its_files_and_its_source(
    known: dict[str, str], release: Release
) -> None:
    dataset = described(known["sex"])
    assert (dataset["@type"], dataset["url"]) == ("Dataset", f"{BASE}/lite/sex")
    assert (dataset["identifier"], dataset["version"]) == ("2020-21", release.about.edition[:12])
    assert dataset["temporalCoverage"] == "2020-04-01/2021-03-31"
    assert [download["contentUrl"] for download in dataset["distribution"]] == [
        f"{BASE}/lite/data/victim-referrals-2020-21-published-sex.csv",
        f"{BASE}/lite/data/victim-referrals-2020-21-published-sex-by-crime-type.csv",
        f"{BASE}/api/v1/releases/2020-21/cells?format=csv",
    ]
    assert (
        dataset["creator"]
        == dataset["isBasedOn"][0]["publisher"]
        == {"@type": "Organization", "name": "Home Office"}
    )
    assert (metadata.cells_header(release)["licence"], dataset["license"]) == (
        "OGL-UK-3.0",
        json_ld.LICENCES["OGL-UK-3.0"],
    )


def test_each_page_of_published_figures_is_a_dataset_of_its_own_name(known: dict[str, str]) -> None:
    names = [
        described(known[name])["name"] for name in ("", "nationality", "age", "sex", "crime-type")
    ]
    assert len(set(names)) == 5


def test_search_engines_may_not_list_invented_figures(known: dict[str, str]) -> None:
    for topic in outline.TOPICS:
        html = known[f"example{PATHS[topic.dimension]}"]
        assert '<meta name="robots" content="noindex">' in html
        assert "ld+json" not in html
        assert "canonical" not in html
    assert "example" not in known[site.SITEMAP]
    assert "noindex" not in known["age"]


def test_a_description_cannot_end_its_own_element(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    html = json_ld.dataset(release, [card], name="", address="", downloads={"</script><b>": "x"})
    assert html.count("</script>") == 1
    assert described(html)["distribution"][0]["name"] == "</script><b>"


def test_a_served_site_with_a_known_address_has_canonical_links_and_relative_ones(
    known: dict[str, str],
) -> None:
    assert f'<link rel="canonical" href="{BASE}/lite/age">' in known["age"]
    assert '<a href="/age">Full version</a>' in known["age"]
    listed = re.findall("<loc>(.*?)</loc>", known[site.SITEMAP])
    paths = [head.path for head in languages.heads("en")]
    assert listed[: len(paths)] == [f"{BASE}/lite{path}" for path in paths]
    others = [address.removeprefix(f"{BASE}/lite") for address in listed[len(paths) :]]
    assert {path.rpartition("/")[0] for path in others} == {"/nationality", "/trends"}
    assert len(others) == 7 + len(context_series.DESIGNS)
    name = "data/victim-referrals-2020-21-published-age-band.csv-metadata.json"
    assert f"{BASE}/age" in known[name]


def test_a_known_site_is_named_in_canonical_links_downloads_and_the_sitemap(
    release: Release,
) -> None:
    made = site.files(Served("alone", release, ()), in_folder("https://example.org"))
    html = made["age.html"].decode()
    assert '<link rel="canonical" href="https://example.org/lite/age">' in html
    assert '<a href="https://example.org/age">Full version</a>' in html
    name = "data/victim-referrals-2020-21-published-age-band.csv-metadata.json"
    assert b"https://example.org/age" in made[name]
    listed = made[site.SITEMAP].count(b"<loc>https://example.org/lite/")
    assert listed > len(languages.heads("en"))


@pytest.mark.parametrize(
    ("link", "style", "expected"),
    [
        ('<a href="/age">x</a>', SERVED, '<a href="../age">x</a>'),
        ('<a href="/">x</a>', SERVED, '<a href="../">x</a>'),
        (
            '<a href="/glossary#range" class="t">x</a>',
            in_folder(None),
            '<a href="../glossary.html#range" class="t">x</a>',
        ),
        ('<a href="/table">x</a>', SERVED, '<a href="/table">x</a>'),
        (
            '<a href="/table">x</a>',
            in_folder("https://a.org"),
            '<a href="https://a.org/table">x</a>',
        ),
        ('<a href="/table">x</a>', in_folder(None), "x"),
        ('<a href="/age?sex=F">x</a>', SERVED, '<a href="/age?sex=F">x</a>'),
        ('<a href="/data/a.csv" download>x</a>', SERVED, '<a href="../data/a.csv" download>x</a>'),
        (
            '<a href="#here">x</a> <a href="tel:999">y</a>',
            SERVED,
            '<a href="#here">x</a> <a href="tel:999">y</a>',
        ),
    ],
)
def test_a_link_is_rewritten_to_a_static_page_or_the_full_site_or_dropped(
    link: str, style: LinkStyle, expected: str
) -> None:
    static_pages = {PageKey("/"), PageKey("/age"), PageKey("/glossary")}
    assert rewrite_links(link, PageKey("/sex", release="example"), static_pages, style) == expected


def test_the_page_of_releases_lists_every_file_of_every_release(
    served: dict[str, str], releases: Served
) -> None:
    html = served["releases"]
    for release_id, one in releases.by_id().items():
        for name, file in files.listed(one).items():
            assert f'<a href="/releases/{release_id}/{name}">{escape(file.title)}</a>' in html
            assert file.sha256 in html
    assert '<a href="/api/v1/docs">' in html


def test_a_folder_without_a_full_site_holds_the_files_of_the_releases(
    folder: dict[str, str], releases: Served
) -> None:
    made = site.files(releases, in_folder(None))
    for release_id, one in releases.by_id().items():
        for name, file in files.listed(one).items():
            assert f'<a href="releases/{release_id}/{name}">' in folder["releases.html"]
            assert made[f"releases/{release_id}/{name}"] == files.content(one, file)
        assert f"releases/{release_id}/SHA256SUMS" in made
    assert "/api/v1" not in " ".join(Parsed(folder["releases.html"]).links)


def test_a_folder_with_a_full_site_links_to_the_files_of_the_releases_there(
    releases: Served,
) -> None:
    made = site.files(releases, in_folder("https://example.org"))
    assert (
        '<a href="https://example.org/releases/2020-21/cells.csv">'
        in made["releases.html"].decode()
    )
    assert [name for name in made if name.startswith("releases/")] == []


def test_versions_map_the_pages_of_the_full_site_to_static_pages(releases: Served) -> None:
    (version,) = site.versions(releases, BASE)
    assert (version.name, version.language, version.base) == ("Low-data version", "", BASE)
    assert {head.path for head in PAGES} - version.pages.keys() == NEED_A_SERVER
    assert (version.of("/"), version.of("/age")) == ("/lite/", "/lite/age")
    assert version.of("/age?release=example") == "/lite/example/age"
    assert version.of("/glossary?release=example") == ""
    made = site.files(releases)
    assert [
        address for address in version.pages.values() if address.removeprefix("/lite/") not in made
    ] == []


@pytest.fixture
def with_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of content with Welsh and Arabic: an overview and a page each."""
    shutil.copytree(CONTENT, tmp_path, dirs_exist_ok=True)
    for language, heading in (("cy", "Ynglŷn â"), ("ar", "حول")):
        (tmp_path / language).mkdir()
        shutil.copy(CONTENT / "en" / "pages.schema.json", tmp_path / language)
        (tmp_path / language / "pages.csv").write_text(
            f"path,section,label,title,description\n/,A,,{heading} 1,B\n/about,A,,{heading} 2,B\n",
            encoding="utf-8",
        )
        (tmp_path / language / "overview.md").write_text(
            f"# {heading} 1\n\n{{E002}} [a](/about) [b](/age)\n", encoding="utf-8"
        )
        (tmp_path / language / "about.md").write_text(f"# {heading} 2\n", encoding="utf-8")
    for module in (languages, content_pages):
        monkeypatch.setattr(module, "CONTENT", tmp_path)
    shutil.copytree(LOCALE, tmp_path / "locale")
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    messages.of.cache_clear()
    return tmp_path


@pytest.mark.usefixtures("with_languages")
def test_a_new_language_is_new_files_with_links_between_the_languages(release: Release) -> None:
    made = texts(site.files(Served("alone", release, ())))
    assert '<a href="ar/about" lang="ar" hreflang="ar" dir="rtl">العربية</a>' in made["about"]
    assert '<a href="../about" lang="en" hreflang="en" dir="ltr">English</a>' in made["cy/about"]
    assert '<html lang="ar" dir="rtl">' in made["ar/"]
    assert '<p>1,336 <a href="about">a</a> <a href="../age">b</a></p>' in made["cy/"]
    assert "Languages" not in made["age"]
    assert lost(made, root="/lite/") == []


@pytest.mark.usefixtures("with_languages")
def test_search_engines_find_each_language_of_a_page_from_every_other(release: Release) -> None:
    releases = Served("alone", release, ())
    made = texts(site.files(releases, served_at(BASE)))
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{BASE}/lite/{place}">'
        for code, place in (("en-GB", "about"), ("ar", "ar/about"), ("cy", "cy/about"))
    )
    assert all(alternates in made[name] for name in ("about", "ar/about", "cy/about"))
    assert f'<link rel="canonical" href="{BASE}/lite/cy/about">' in made["cy/about"]
    assert "hreflang" not in made["age"]
    assert f"<loc>{BASE}/lite/ar/</loc>" in made[site.SITEMAP]
    assert [
        (version.name, version.language, version.of("/about"), version.of("/age"))
        for version in site.versions(releases, BASE)
    ] == [
        ("Low-data version", "", "/lite/about", "/lite/age"),
        ("العربية", "ar", "/lite/ar/about", ""),
        ("Cymraeg", "cy", "/lite/cy/about", ""),
    ]


ENGLISH_ROUND_A_PAGE = (
    "Skip to the main content",
    "Menu",
    "Leave this page",
    "Victim referrals",
    "Opens the BBC weather page.",
)


@pytest.mark.usefixtures("with_languages")
def test_a_message_that_a_language_lacks_is_in_english_and_marked_as_such(release: Release) -> None:
    made = texts(site.files(Served("alone", release, ())))
    for english in ENGLISH_ROUND_A_PAGE:
        assert f'<span lang="en-GB" dir="ltr">{english}' in made["ar/about"]
        assert f'<span lang="en-GB" dir="ltr">{english}' not in made["about"]
    unmarked = re.sub(
        r'<(div|span) lang="en-GB" dir="ltr">.*?</\1>',
        "",
        made["ar/about"].partition("<body>")[2],
        flags=re.DOTALL,
    )
    assert "About these figures" in made["ar/about"]
    assert not re.search(
        r">[^<]*[A-Za-z]{3}[^<]*<", unmarked.replace(">English<", "><").replace(">Cymraeg<", "><")
    )


def test_a_language_can_have_its_own_messages_and_its_own_page_end(
    with_languages: Path, release: Release
) -> None:
    own = with_languages / "locale" / "ar"
    own.mkdir()
    (own / "layout.toml").write_text('menu = "القائمة"\n', encoding="utf-8")
    (with_languages / "ar" / "page-end.md").write_text("{E002} [حول](/about)\n", encoding="utf-8")
    html = site.files(Served("alone", release, ()))["ar/about"].decode()
    assert '<a href="#menu">القائمة</a>' in html
    assert '<div class="page-end"><p>\u20661,336\u2069 <a href="about">حول</a></p>' in html
    assert f'<p lang="en-GB" dir="ltr">{release.about.attribution}</p>' in html
    assert "About these figures" not in html


def test_help_lines_and_ranges_keep_their_order_in_text_from_right_to_left(
    with_languages: Path, release: Release
) -> None:
    (with_languages / "ar" / "about.md").write_text(
        "# حول\n\n{helplines}\n\n{cell:sex=_NK} هنا\n", encoding="utf-8"
    )
    html = site.files(Served("alone", release, ()))["ar/about"].decode()
    assert f'<div lang="en-GB" dir="ltr">{content_pages.helplines()}</div>' in html
    assert "\u2066194 to 205\u2069 هنا" in html


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('manu = "x"', "messages that data/locale/en does not have: layout.manu"),
        ("menu = 1", "a message that is not text in quotation marks: layout.menu"),
        ("menu = x", r"cannot be read \(TOMLDecodeError\)"),
    ],
)
def test_an_invalid_message_file_is_refused_by_name(
    with_languages: Path, text: str, says: str
) -> None:
    (with_languages / "locale" / "cy").mkdir()
    (with_languages / "locale" / "cy" / "layout.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"data/locale/cy.*{says}"):
        messages.of("cy")


def test_a_listed_page_without_its_text_is_refused_by_name(
    with_languages: Path, release: Release
) -> None:
    (with_languages / "cy" / "about.md").unlink()
    with pytest.raises(DataError, match=r"about\.md is missing from data/content/cy"):
        site.files(Served("alone", release, ()))
