"""The shell round a fake Streamlit that answers with Streamlit's real index.html."""

import asyncio
import base64
import hashlib
import json
import re
import threading
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.page_meta import FirstPaint, Language, PageHead, Version, page_title
from referrals.paths import ROOT
from referrals.web.shell import html as shell_html
from referrals.web.shell import middleware, preload
from referrals.web.shell.html import Frame
from referrals.web.shell.language_prefix import LanguagePrefix
from referrals.web.shell.middleware import Shell
from referrals.web.static import assets, precompress
from tests.fixtures.asgi_client import Client

SITE = "Victim referrals: police to immigration enforcement"
HEADS = (
    PageHead(
        "/", "Victims of crime referred", "How many, who and for what.", "Statistics", "Overview"
    ),
    PageHead("/age", "Referrals by age", "Ages of those referred.", "Statistics", "Age"),
    PageHead("/safeguarding", "Safeguarding and support", "Who can help.", "Understanding"),
    PageHead(
        "/risky",
        'Age < 18 & "unknown"</title><script>alert(1)</script>',
        'Say "no" & <b>stop</b>',
        "Understanding",
    ),
    PageHead("/unlisted", "A page in no menu", "Reached by links only."),
    PageHead("/drawn", "A page with charts", "Drawn by Plotly.", draws_charts=True),
    PageHead("/chosen", "A page with filters", "Read by choice.", has_controls=True),
)
LITE = {
    "/": "/lite/",
    "/age": "/lite/age",
    "/age?release=other": "/lite/other/age",
    "/drawn": "/lite/drawn",
}
VERSIONS = (
    Version("Low-data version", LITE, base="https://example.org"),
    Version("Cymraeg", {"/": "/lite/cy/", "/age": "/lite/cy/age"}, "cy", "https://example.org"),
)
LANGUAGES = (
    Language("en", "en-GB", "ltr", "English"),
    Language("cy", "cy", "ltr", "Cymraeg", "Mae’r dudalen hon ar gael yn Gymraeg hefyd."),
)

FRAME = Frame(HEADS, SITE, messages.text, languages=LANGUAGES)
FIRST_PAINT = "<p>1,336 victims were referred.</p>"
CONTROLS = '<ul class="vr-segments"></ul><select name="sex"></select>'


def first_paint(path: str, query: str) -> FirstPaint:
    controls = CONTROLS if path == "/chosen" else ""
    sex = dict(parse_qsl(query)).get("sex")
    return FirstPaint(f"{FIRST_PAINT}{controls}<p>This is {path} by {sex}.</p>")


def streamlit_index() -> Path:
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        pytest.fail("Streamlit is not installed")
    return Path(spec.origin).parent / "static" / "index.html"


async def app_page(_: Request) -> Response:
    """Answer any address with index.html, as Streamlit does, and set a cookie to be removed."""
    response = FileResponse(streamlit_index())
    response.set_cookie("_streamlit_xsrf", "1")
    return response


async def data(_: Request) -> Response:
    return JSONResponse({"value": 1336})


async def leaflet(_: Request) -> Response:
    return HTMLResponse(
        "<p>Another page</p>", headers={"content-security-policy": "default-src 'none'"}
    )


async def table(_: Request) -> Response:
    return FileResponse(Path(__file__), media_type="text/csv")


async def unavailable(_: Request) -> Response:
    return HTMLResponse("<p>Fault</p>", status_code=503)


@pytest.fixture
def client() -> Client:
    app = Starlette(
        routes=[
            Route("/api/data", data),
            Route("/leaflet", leaflet),
            Route("/fault", unavailable),
            Route("/media/table.csv", table),
            Route("/{path:path}", app_page),
        ],
        middleware=[
            Middleware(
                Shell,
                frame=lambda: FRAME,
                first_paint=first_paint,
                versions=lambda: VERSIONS,
            ),
            Middleware(GZipMiddleware, minimum_size=500),
        ],
    )
    return Client(app)


class Outline(HTMLParser):
    """The start tags of a page with their attributes, in order, and the text of its title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.path)
def test_each_page_has_its_own_title_and_description(client: Client, head: PageHead) -> None:
    page = Outline(client.get(head.path).text)
    assert page.title == page_title(head, SITE)
    assert [tag["content"] for tag in page.all("meta") if tag.get("name") == "description"] == [
        head.description
    ]


def test_markup_in_a_title_is_escaped(client: Client) -> None:
    text = client.get("/risky").text
    assert "alert(1)</script>" not in text
    assert "<b>stop</b>" not in text
    assert len(inline_hashes(text)) == len(inline_hashes(client.get("/").text))


def test_a_query_is_not_repeated_in_the_page(client: Client) -> None:
    response = client.get("/age?band=20-29&x=%3Cscript%3E")
    assert response.status == 200
    assert "20-29" not in response.text
    assert Outline(response.text).title.startswith("Referrals by age")


def test_the_page_states_its_language_and_direction(client: Client) -> None:
    assert Outline(client.get("/").text).all("html") == [{"lang": "en-GB", "dir": "ltr"}]


def test_the_first_link_skips_to_the_main_content(client: Client) -> None:
    page = Outline(client.get("/").text)
    assert page.all("a")[0]["href"] == "#stMain"
    assert page.all("main")[0]["id"] == "stMain"


def test_the_page_is_readable_before_and_without_javascript(client: Client) -> None:
    text = client.get("/age").text
    first_paint = text.partition("<main")[2].partition("</main>")[0]
    assert f"{FIRST_PAINT}<p>This is /age by None.</p>" in first_paint
    assert "<noscript" not in text
    assert "You need to enable JavaScript" not in text


def test_the_stylesheet_holds_no_words_of_its_own(client: Client) -> None:
    sheets = [path.read_text(encoding="utf-8") for path in ROOT.glob("referrals/**/*.css")]
    contents = re.findall(r"(?<!-)content:([^;}]+)", "".join(sheets))
    assert any("--vr-loading" in content for content in contents)
    quoted = re.findall(r"'[^']*'", "".join(contents))
    assert [text for text in quoted if re.search("[A-Za-z]", text)] == []
    html = client.get("/").text
    message = messages.text("shell.loading_page")
    assert f'<div id="root" style="--vr-loading: &#34;{message}&#34;">' in html


def test_the_exit_is_a_plain_link_and_mentions_that_the_history_stays(client: Client) -> None:
    for path in ("/", "/nowhere"):
        text = client.get(path).text
        exits = [link for link in Outline(text).all("a") if "data-vr-exit" in link]
        assert {link["href"] for link in exits} == {shell_html.HARMLESS}
        assert "does not clear your browser’s history" in text


def test_the_exit_ends_the_page_and_the_first_script_moves_it_out_of_the_body(
    client: Client,
) -> None:
    text = client.get("/").text
    assert re.search(r"</aside>\s*</body>\s*</html>$", text)
    first = re.search(r"<script([^>]*)>(.*?)</script>", text, flags=re.DOTALL)
    assert first is not None
    assert first[2] == assets.script()
    assert not re.search(r"\b(src|defer|async|type)=", first[1])
    assert "root.append(aside)" in first[2]


def test_the_menu_lists_every_page_with_a_section_and_marks_the_current_one(
    client: Client,
) -> None:
    text = client.get("/age").text
    menu = text[
        text.index('<nav id="vr-nav"') : text.index("</nav>", text.index('<nav id="vr-nav"'))
    ]
    links = Outline(menu).all("a")
    assert [link["href"] for link in links] == [head.path for head in HEADS if head.section]
    assert [link["href"] for link in links if link.get("aria-current") == "page"] == ["/age"]


def versions_of(page: Outline) -> list[tuple[str | None, str | None]]:
    links = [link for link in page.all("a") if "data-vr-pages" in link and "hidden" not in link]
    return [(link["href"], link.get("hreflang")) for link in links]


@pytest.mark.parametrize("path", ["/", "/age"])
def test_the_header_links_to_the_pages_low_data_version(client: Client, path: str) -> None:
    text = client.get(path).text
    assert versions_of(Outline(text)) == [(f"/lite{path}", None)]
    assert text.index("Low-data version") < text.index("<main")


@pytest.mark.parametrize(
    ("path", "english", "welsh"),
    [("/", "/", "/cy/"), ("/age", "/age", "/cy/age"), ("/nowhere", "/", "/cy/")],
)
def test_the_header_links_to_the_page_in_each_language_by_its_own_name(
    client: Client, path: str, english: str, welsh: str
) -> None:
    text = client.get(path).text
    assert picker(Outline(text)) == [("en-GB", english, "true"), ("cy", welsh, None)]
    assert ">Cymraeg</a>" in text


def test_a_language_is_chosen_for_the_figure_that_a_page_shows() -> None:
    shown = FirstPaint("<p>A figure.</p>", figure="/age?sex=F")
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    shell = Client(Shell(app, frame=lambda: FRAME, first_paint=lambda _path, _query: shown))
    links = picker(Outline(shell.get("/age?sex=F&utm=x").text))
    assert [address for _, address, _ in links] == ["/age?sex=F", "/cy/age?sex=F"]


def test_a_page_in_another_language_says_so_and_its_links_keep_the_language() -> None:
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    shown = FirstPaint('<p><a href="/age">Age</a> <a href="/api/v1">Data</a></p>')
    shell = Shell(app, frame=lambda: FRAME, first_paint=lambda _path, _query: shown)
    welsh = Client(LanguagePrefix(shell, languages=["cy"])).get("/cy/age").text
    assert '<html lang="cy" dir="ltr">' in welsh
    assert '<p><a href="/cy/age">Age</a> <a href="/api/v1">Data</a></p>' in welsh
    page = Outline(welsh)
    assert picker(page) == [("en-GB", "/age", None), ("cy", "/cy/age", "true")]
    menu = [link["href"] for link in page.all("a") if link.get("aria-current") == "page"]
    assert menu == ["/cy/age"]
    assert 'data-base="/cy/"' in welsh


def picker(page: Outline) -> list[tuple[str | None, str | None, str | None]]:
    """The links of the picker: language, address, and whether it is the current one."""
    return [
        (link["lang"], link["href"], link.get("aria-current"))
        for link in page.all("a")
        if "lang" in link
    ]


def test_the_link_to_a_missing_version_is_hidden_but_present(
    client: Client,
) -> None:
    assert versions_of(Outline(client.get("/drawn").text)) == [("/lite/drawn", None)]
    page = Outline(client.get("/unlisted").text)
    assert versions_of(page) == []
    hidden = [link for link in page.all("a") if "data-vr-pages" in link]
    assert [json.loads(link["data-vr-pages"] or "") for link in hidden] == [dict(VERSIONS[0].pages)]


def test_the_static_version_is_canonical_and_languages_are_alternates(
    client: Client,
) -> None:
    def links(path: str) -> list[tuple[str | None, ...]]:
        found = [
            link
            for link in Outline(client.get(path).text).all("link")
            if link["rel"] in {"canonical", "alternate"}
        ]
        return [(link["rel"], link["href"], link.get("hreflang")) for link in found]

    assert links("/age") == [
        ("canonical", "https://example.org/lite/age", None),
        ("alternate", "https://example.org/lite/cy/age", "cy"),
    ]
    assert links("/drawn") == [("canonical", "https://example.org/lite/drawn", None)]
    assert links("/unlisted") == links("/nowhere") == []


def test_a_new_version_is_linked_from_the_next_page_opened() -> None:
    later = Version("Smaller still", {"/age": "/tiny/age"})
    now: list[tuple[Version, ...]] = [VERSIONS[:1]]
    client = Client(
        Shell(
            Starlette(routes=[Route("/{path:path}", app_page)]),
            frame=lambda: FRAME,
            versions=lambda: now[0],
        )
    )
    assert versions_of(Outline(client.get("/age").text)) == [("/lite/age", None)]
    now[0] = (VERSIONS[0], later)
    assert versions_of(Outline(client.get("/age").text)) == [
        ("/lite/age", None),
        ("/tiny/age", None),
    ]


def test_a_site_without_other_versions_has_no_links_to_them() -> None:
    assert 'class="vr-versions"' not in shell_html.not_found(FRAME)


def test_a_page_preloads_its_scripts_and_plotly_only_for_charts(
    client: Client,
) -> None:
    plain, drawn, chosen = (
        {link.get("href") or "" for link in Outline(client.get(path).text).all("link")}
        for path in ("/age", "/drawn", "/chosen")
    )
    assert any("/static/js/Html." in address for address in plain)
    assert {address.split(".")[0] for address in drawn - plain} >= {"/static/js/PlotlyChart"}
    assert not any("PlotlyChart" in address for address in plain | chosen)
    kinds = {address.split(".")[0].removeprefix("/static/js/") for address in chosen - plain}
    assert {"ButtonGroup", "Selectbox"} <= kinds
    assert "Multiselect" not in kinds


def test_no_script_is_preloaded_twice(client: Client) -> None:
    addresses = [
        link["href"]
        for link in Outline(client.get("/drawn").text).all("link")
        if link["rel"] == "modulepreload"
    ]
    assert len(set(addresses)) == len(addresses)
    installed = precompress.folder()
    assert [
        address
        for address in addresses
        if not (installed / (address or "").removeprefix("/static/")).is_file()
    ] == []


def test_preload_includes_imports_and_skips_missing_scripts(
    tmp_path: Path,
) -> None:
    for name, text in {
        "Chart.a1.js": 'import{t as e}from"./part.b2.js";import"./gone.c3.js";export{e}',
        "part.b2.js": 'import"./Chart.a1.js";import"./deep.d4.js"',
        "deep.d4.js": "0",
        "Charts.e5.js": "0",
    }.items():
        (tmp_path / name).write_text(text)
    assert preload.needed(tmp_path, ["Chart", "Lost"]) == (
        "deep.d4.js",
        "part.b2.js",
        "Chart.a1.js",
    )


def test_a_page_with_a_figure_says_in_its_head_how_others_embed_it() -> None:
    def embedding(figure: str) -> str:
        return f"https://example.org/oembed?url={figure}&format=json"

    app = Starlette(routes=[Route("/{path:path}", app_page)])
    frame = replace(FRAME, embedding=embedding)
    with_figure = FirstPaint("<p>A figure.</p>", figure="/age?sex=F")
    shell = Client(Shell(app, frame=lambda: frame, first_paint=lambda _path, _query: with_figure))
    head = shell.get("/age").text.partition("</head>")[0]
    address = "https://example.org/oembed?url=/age?sex=F&amp;format=json"
    assert f'<link rel="alternate" type="application/json+oembed" href="{address}">' in head
    without = Client(Shell(app, frame=lambda: frame, first_paint=first_paint))
    assert "oembed" not in without.get("/age").text


def test_a_page_has_the_first_paint_of_its_selection(client: Client) -> None:
    first, same, other = (client.get(f"/age?sex={code}") for code in "FFM")
    assert "This is /age by F." in first.text
    assert first.headers["etag"] == same.headers["etag"] != other.headers["etag"]
    assert Outline(first.text).title == Outline(other.text).title


def test_pages_of_many_selections_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PAGES_KEPT", 20)
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    shell = Shell(app, frame=lambda: FRAME, first_paint=lambda _path, query: FirstPaint(query))
    client = Client(shell)
    for number in range(30):
        client.get(f"/age?period={number}")
    assert len(shell._cache) == 20


def test_pages_that_explain_a_broken_address_are_not_kept() -> None:
    def explained(_path: str, query: str) -> FirstPaint:
        return FirstPaint(f"<p>{query} is unknown.</p>", repeats_address=bool(query))

    app = Starlette(routes=[Route("/{path:path}", app_page)])
    shell = Shell(app, frame=lambda: FRAME, first_paint=explained)
    client = Client(shell)
    client.get("/age")
    for number in range(10):
        assert f"period={number} is unknown." in client.get(f"/age?period={number}").text
    assert len(shell._cache) == 1


def test_a_page_is_compressed_as_well_as_possible_whatever_a_link_to_it_adds() -> None:
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    shell = Shell(app, frame=lambda: FRAME, first_paint=lambda path, _query: FirstPaint(path))
    Client(shell).get("/age?utm_source=x")
    ((_, page),) = shell._cache.values()
    assert page.is_reused


def test_help_and_the_way_out_are_on_every_page(client: Client) -> None:
    for path in ("/", "/nowhere"):
        aside = client.get(path).text.partition('<aside id="vr-exit"')[2].partition("</aside>")[0]
        links = Outline(aside).all("a")
        assert [link["href"] for link in links] == ["/safeguarding", shell_html.HARMLESS]


def test_the_header_has_one_field_if_the_site_has_a_search() -> None:
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    without, with_search = (
        Outline(Client(Shell(app, frame=partial(replace, FRAME, search=search))).get("/").text).all(
            "form"
        )
        for search in ("", "/search")
    )
    assert without == []
    assert [form["action"] for form in with_search] == ["/search"]


def test_every_exit_link_leaves_the_whole_window(client: Client) -> None:
    """Inside another site's frame, only the frame would leave and that site would stay in view."""
    assert 'target="_top"' in shell_html.LEAVING
    for path in ("/age", "/nowhere"):
        links = [
            link
            for link in Outline(client.get(path).text).all("a")
            if link.get("href") == shell_html.HARMLESS
        ]
        assert len(links) == 2
        assert {link.get("target") for link in links} == {"_top"}
        assert {link.get("rel") for link in links} == {"noreferrer"}


def test_the_exit_leads_to_a_page_of_another_site_after_three_presses() -> None:
    assert shell_html.HARMLESS == "https://www.bbc.co.uk/weather"
    found = shell_html.exit_messages(messages.text)["pressesLeft"]
    assert isinstance(found, list)
    assert len(found) + 1 == 3, "a message before each press but the first"


def test_no_other_code_writes_an_exit_link_of_its_own() -> None:
    """Every presenter takes the address and its attributes from LEAVING."""
    sources = [*ROOT.glob("referrals/**/*.py"), *ROOT.glob("referrals/templates/**/*.html")]
    naming = [path.name for path in sources if shell_html.HARMLESS in path.read_text("utf-8")]
    assert naming == ["html.py"]


def test_new_figures_are_in_the_next_page_opened() -> None:
    figures = map(FirstPaint, ["<p>1,336</p>", "<p>1,336</p>", "<p>1,337</p>"])
    app = Starlette(routes=[Route("/{path:path}", app_page)])
    client = Client(
        Shell(app, frame=lambda: FRAME, first_paint=lambda _path, _query: next(figures))
    )
    first, same, new = (client.get("/age") for _ in range(3))
    assert first.headers["etag"] == same.headers["etag"] != new.headers["etag"]
    assert "1,337" in new.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/age/extra", "/index.html", "/wp-login.php", "/static/js/lost.js"]
)
def test_an_unknown_address_is_a_404_with_links(client: Client, path: str) -> None:
    response = client.get(path)
    page = Outline(response.text)
    assert response.status == 404
    assert page.title == f"Page not found - {SITE}"
    assert {"/", "/safeguarding"} <= {link["href"] for link in page.all("a")}
    assert 'id="root"' not in response.text
    assert "immutable" not in response.headers["cache-control"]


def test_other_routes_pass_the_shell_with_security_headers(client: Client) -> None:
    response = client.get("/api/data")
    assert json.loads(response.content) == {"value": 1336}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert client.get("/leaflet").text == "<p>Another page</p>"
    assert client.get("/leaflet").headers["content-security-policy"] == "default-src 'none'"
    assert client.get("/fault").status == 503


def test_a_post_is_not_answered_with_a_page(client: Client) -> None:
    answer = client.get("/age", method="POST")
    assert answer.status == 405
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/age", "/nowhere", "/api/data", "/leaflet", "/fault"])
def test_no_answer_sets_a_cookie_or_allows_a_referrer(client: Client, path: str) -> None:
    response = client.get(path)
    assert "set-cookie" not in response.headers
    assert response.headers["referrer-policy"] == "no-referrer"
    assert (
        "frame-ancestors 'none'" in response.headers["content-security-policy"]
        or path == "/leaflet"
    )


def test_the_policy_allows_exactly_the_inline_scripts_of_the_page(
    client: Client,
) -> None:
    response = client.get("/risky")
    allowed = re.findall(r"script-src ([^;]*)", response.headers["content-security-policy"])
    assert set(allowed[0].split()) == {"'self'", *inline_hashes(response.text)}
    assert len(inline_hashes(response.text)) == 2  # Streamlit's and the shell's
    assert "unsafe-inline" not in allowed[0]
    lost = client.get("/nowhere")
    (hash_of_shell,) = inline_hashes(lost.text)
    assert f"script-src 'self' {hash_of_shell};" in lost.headers["content-security-policy"]


def inline_hashes(html: str) -> set[str]:
    """The hash of each inline script of a page, as a policy names it."""
    inline = re.findall(r"<script(?![^>]* src=)[^>]*>(.*?)</script>", html, flags=re.DOTALL)
    digests = [hashlib.sha256(text.encode()).digest() for text in inline]
    return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}


def test_an_answer_that_is_not_a_page_trusts_no_inline_script(client: Client) -> None:
    assert "sha256" not in client.get("/api/data").headers["content-security-policy"]


def test_the_page_does_not_load_unused_files(client: Client) -> None:
    text = client.get("/age").text
    assert "SourceSans" not in text
    assert "_stcore/agent" not in text
    assert [link["href"] for link in Outline(text).all("link") if link["rel"] == "preload"] == list(
        shell_html.FETCHED_EARLY
    )


@pytest.mark.parametrize("path", ["/age", "/nowhere"])
def test_no_request_blocks_the_first_paint(client: Client, path: str) -> None:
    page = Outline(client.get(path).text)
    assert [link for link in page.all("link") if link["rel"] == "stylesheet"] == []
    blocking = [script for script in page.all("script") if script.get("type") != "module"]
    assert [script for script in blocking if "src" in script] == []
    assert f"<style>{assets.stylesheet()}</style>" in client.get(path).text


def test_addresses_in_the_page_are_absolute_paths(client: Client) -> None:
    page = Outline(client.get("/age").text)
    fetched = [
        tag
        for name in ("link", "script")
        for tag in page.all(name)
        if tag.get("rel") not in {"canonical", "alternate"}
    ]
    addresses = [tag.get("href") or tag.get("src") or "/" for tag in fetched]
    inline = assets.icon()
    assert [address for address in addresses if not (address or "").startswith(("/", inline))] == []


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_page_has_the_length_and_coding_of_its_headers(client: Client, encoding: str) -> None:
    plain = client.get("/age", headers={"accept-encoding": "identity"})
    small = client.get("/age", headers={"accept-encoding": encoding})
    assert int(plain.headers["content-length"]) == len(plain.content)
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == encoding
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert small.text == plain.text
    assert small.headers["vary"] == plain.headers["vary"] == "accept-encoding"


def test_a_head_request_for_a_page_has_no_body(client: Client) -> None:
    head, whole = client.head("/age"), client.get("/age")
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert client.head("/nowhere").status == 404


def test_an_unchanged_page_is_a_304(client: Client) -> None:
    first = client.get("/age")
    again = client.get("/age", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get("/", headers={"if-none-match": first.headers["etag"]}).status == 200
    assert client.get("/age", headers={"if-none-match": "*"}).status == 304
    assert (
        client.get("/age", headers={"if-none-match": f'"x{first.headers["etag"]}x"'}).status == 200
    )


def test_streamlits_own_validators_do_not_match_our_page(client: Client) -> None:
    own = FileResponse(streamlit_index(), stat_result=streamlit_index().stat()).headers
    response = client.get(
        "/age", headers={"if-none-match": own["etag"], "if-modified-since": own["last-modified"]}
    )
    assert response.status == 200
    assert "last-modified" not in response.headers


@pytest.mark.parametrize(
    ("path", "status"), [("/age", 200), ("/nowhere", 404), ("/index.html", 404)]
)
def test_a_range_of_a_page_is_ignored(client: Client, path: str, status: int) -> None:
    for byte_range in ("bytes=0-9", "bytes=0-99999", "bytes=-5"):
        response = client.get(path, headers={"range": byte_range})
        assert response.status == status
        assert response.text == client.get(path).text
        assert response.text.startswith("<!DOCTYPE html>")


def test_a_range_of_a_download_is_sent(client: Client) -> None:
    # A browser that was cut off goes on where it was.
    assert client.get("/media/table.csv", headers={"range": "bytes=0-3"}).status == 206


def test_a_page_is_rendered_outside_the_event_loop() -> None:
    makers: list[str] = []

    def figures(_path: str, _query: str) -> FirstPaint:
        makers.append(threading.current_thread().name)
        return FirstPaint("")

    app = Starlette(routes=[Route("/{path:path}", app_page)])
    Client(Shell(app, frame=lambda: FRAME, first_paint=figures)).get("/age")
    assert makers
    assert threading.current_thread().name not in makers


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('<div id="root"></div>', '<div id="app"></div>', "no root"),
        ('rel="modulepreload"', 'rel="other"', '(<link rel="other">, )*<link rel="other">'),
        ("<title>", "<style>p{}</style><title>", "<style>"),
    ],
)
def test_an_index_html_of_another_structure_is_refused(old: str, new: str, reason: str) -> None:
    changed = streamlit_index().read_text().replace(old, new)
    with pytest.raises(ReferralsError, match=rf"structure \({reason}\).*requirements\.lock"):
        shell_html.page(changed, HEADS[0], FRAME, FirstPaint(""))


def test_other_protocols_reach_the_application_unchanged() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def receive() -> Message:
        return {}

    async def send(_: Message) -> None:
        return None

    asyncio.run(Shell(app, frame=lambda: FRAME)({"type": "websocket"}, receive, send))
    assert seen == ["websocket"]
