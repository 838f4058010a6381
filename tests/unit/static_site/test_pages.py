"""The static site: complete, the same as the dashboard, small, and without a broken link."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.routing import Match, Route

from app import SITE as FULL_SITE
from referrals.api.endpoint import NotFound
from referrals.cards import by_dimension, context_series
from referrals.cards.card import PATHS
from referrals.cards.exports.export import oembed_address
from referrals.cards.html import card as card_html
from referrals.cards.html import chart
from referrals.content import outline
from referrals.content.sitemap import every_page
from referrals.i18n import languages, messages
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.reference import licences
from referrals.release import files, metadata
from referrals.release.catalogue import Served
from referrals.release.release import EXAMPLE, MARKS, Release
from referrals.static_site import json_ld, site
from referrals.static_site.links import SERVED, LinkStyle, PageKey, in_folder, rewrite_links
from referrals.static_site.links import served as served_at
from referrals.web.shell.language_prefix import without_language
from tests.fixtures.pseudo_languages import offered

NEED_A_SERVER: frozenset[str] = frozenset()
"""Pages that answer what a reader asks of the server, so that they have no static page."""

BASE = f"https://{'a' * 48}.org"
"""An address of a site of 60 characters, as long as they get."""

FIRST_PAGE, ANY_PAGE = 17_800, 46_000
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
        is_script = tag == "script" and given.get("type") != "application/ld+json"
        is_loaded = tag == "img" and not given["src"].startswith("data:")
        if is_script or is_loaded or tag in {"iframe", "object", "embed", "form"}:
            self.running.append(tag)
        self.running += [name for name in given if name.startswith("on")]


@pytest.fixture(scope="module", autouse=True)
def english_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the site in English alone. `test_languages` has the others."""
    with offered(tmp_path_factory.mktemp("locale"), {}):
        yield


@pytest.fixture(scope="module")
def releases(release: Release, invented: Release) -> Served:
    return Served("one", release, (invented,))


@pytest.fixture(scope="module")
def served(releases: Served) -> dict[str, str]:
    return texts(site.files(releases))


@pytest.fixture(scope="module")
def folder_files(releases: Served) -> dict[str, bytes]:
    """The files of a folder whose full site is unknown."""
    return site.files(releases, in_folder(None))


@pytest.fixture(scope="module")
def folder(folder_files: dict[str, bytes]) -> dict[str, str]:
    return texts(folder_files)


@pytest.fixture(scope="module")
def folder_of_a_site(releases: Served) -> dict[str, bytes]:
    """The files of a folder whose full site is https://example.org."""
    return site.files(releases, in_folder("https://example.org"))


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
        for head in languages.heads()
    ] == [
        (head.path, head.title, head.description, head.section, head.label)
        for head in every_page()
        if head.path not in NEED_A_SERVER
    ]


@pytest.mark.parametrize(
    "path", [head.path for head in every_page() if head.path not in NEED_A_SERVER]
)
def test_a_static_page_has_its_title_one_heading_and_a_link_to_the_full_version(
    served: dict[str, str], path: str
) -> None:
    html = served[path.strip("/")]
    head = next(head for head in every_page() if head.path == path)
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


def test_no_page_but_the_one_for_frightened_readers_holds_anything_that_runs_or_loads(
    folder: dict[str, str],
) -> None:
    assert {
        name: Parsed(html).running for name, html in pages(folder).items() if Parsed(html).running
    } == {"for-me.html": ["script"]}
    assert re.findall(r"url\((?!\"data:image/svg\+xml,|fonts/)", folder[site.STYLESHEET]) == []
    assert "@import" not in folder[site.STYLESHEET]


def test_a_planted_form_or_script_is_noticed() -> None:
    assert Parsed('<script type="module"></script><form></form><p onclick="x">').running == [
        "script",
        "form",
        "onclick",
    ]


def test_every_page_of_a_folder_is_reached_by_links_from_the_first(folder: dict[str, str]) -> None:
    every = pages(folder)
    reached, unseen = set(), {"index.html"}
    while unseen:
        name = unseen.pop()
        reached.add(name)
        places = {
            posixpath.normpath(posixpath.join(posixpath.dirname(name), link.partition("#")[0]))
            for link in Parsed(every[name]).links
        }
        unseen |= (places & every.keys()) - reached
    assert every.keys() - reached == {"404.html"}


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
        codes = {code.lower(): code for code in languages.languages()[1:]}
        path = without_language(link.partition("?")[0], codes)
        return answered(path)
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
    return path in {head.path for head in every_page()} or any(
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


def test_without_another_release_no_choice_is_offered(files: dict[str, bytes]) -> None:
    alone = texts(files)
    assert 'class="figures"' not in alone["age"]
    assert not [name for name in alone if name.startswith("example")]


def test_no_page_promises_a_key_that_needs_a_script(served: dict[str, str]) -> None:
    mentions = [
        line
        for html in pages(served).values()
        for line in re.findall(r"<(?:li|p)>(?:(?!</(?:li|p)>).)*Shift.*", html)
    ]
    assert len(mentions) == 2
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
        licences.licence("OGL-UK-3.0").address,
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
    paths = [head.path for head in languages.heads()]
    assert listed[: len(paths)] == [f"{BASE}/lite{path}" for path in paths]
    found = [address.removeprefix(f"{BASE}/lite") for address in listed[len(paths) :]]
    a_to_z, briefing, *others = found
    assert (a_to_z, briefing) == ("/a-to-z", "/briefing")
    assert {path.rpartition("/")[0] for path in others} == {"/nationality", "/trends"}
    assert len(others) == 7 + len(context_series.DESIGNS)
    name = "data/victim-referrals-2020-21-published-age-band.csv-metadata.json"
    assert f"{BASE}/age" in known[name]


def test_a_page_of_a_figure_says_how_others_embed_it_if_the_site_is_known(
    served: dict[str, str], known: dict[str, str]
) -> None:
    for name, page in {
        "age": "/age",
        "example/age": "/age?release=example",
        "nationality/VNM": "/nationality/VNM",
        "trends/police": "/trends?series=police",
    }.items():
        assert "oembed" not in served[name]
        address = escape(oembed_address(page, BASE))
        assert (
            f'<link rel="alternate" type="application/json+oembed" href="{address}">'
            in (known[name])
        )
    for name in ("", "safeguarding", "for-me"):
        assert "oembed" not in known[name]


def test_a_known_site_is_named_in_canonical_links_downloads_and_the_sitemap(
    folder_of_a_site: dict[str, bytes],
) -> None:
    made = folder_of_a_site
    html = made["age.html"].decode()
    assert '<link rel="canonical" href="https://example.org/lite/age">' in html
    assert '<a href="https://example.org/age">Full version</a>' in html
    name = "data/victim-referrals-2020-21-published-age-band.csv-metadata.json"
    assert b"https://example.org/age" in made[name]
    listed = made[site.SITEMAP].count(b"<loc>https://example.org/lite/")
    assert listed > len(languages.heads())


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
    folder: dict[str, str], folder_files: dict[str, bytes], releases: Served
) -> None:
    made = folder_files
    for release_id, one in releases.by_id().items():
        for name, file in files.listed(one).items():
            assert f'<a href="releases/{release_id}/{name}">' in folder["releases.html"]
            assert made[f"releases/{release_id}/{name}"] == files.content(one, file)
        assert f"releases/{release_id}/SHA256SUMS" in made
    assert "/api/v1" not in " ".join(Parsed(folder["releases.html"]).links)


def test_a_folder_with_a_full_site_links_to_the_files_of_the_releases_there(
    folder_of_a_site: dict[str, bytes],
) -> None:
    made = folder_of_a_site
    assert (
        '<a href="https://example.org/releases/2020-21/cells.csv">'
        in made["releases.html"].decode()
    )
    assert [name for name in made if name.startswith("releases/")] == []


def test_versions_map_the_pages_of_the_full_site_to_static_pages(
    releases: Served, served: dict[str, str]
) -> None:
    (version,) = site.versions(releases, BASE)
    assert (version.name, version.language, version.base) == ("Low-data version", "", BASE)
    assert {head.path for head in every_page()} - version.pages.keys() == NEED_A_SERVER
    assert (version.of("/"), version.of("/age")) == ("/lite/", "/lite/age")
    assert version.of("/age?release=example") == "/lite/example/age"
    assert version.of("/glossary?release=example") == ""
    assert [
        address
        for address in version.pages.values()
        if address.removeprefix("/lite/") not in served
    ] == []
