"""The static site over HTTP: encodings, headers, and releases that change or fail."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from referrals import caching
from referrals.content import helpline_lists
from referrals.errors import ReleaseError, WithdrawnError
from referrals.i18n import languages, messages
from referrals.language import using
from referrals.page_meta import Version
from referrals.reference import helplines
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import app as static_site_app
from referrals.static_site import layout, responses, site
from referrals.static_site.links import LinkStyle
from referrals.web.http import content_encoding
from referrals.web.shell.html import LEAVING
from tests.fixtures.nothing_to_compute import NothingToCompute


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(
    app: ASGIApp,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    query: bytes = b"",
) -> Answer:
    """Send a request to an ASGI application."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [
        (name.encode(), value.encode())
        for name, value in {"host": "site", **(headers or {})}.items()
    ]
    of_server = {"type": "http", "scheme": "http", "root_path": "", "query_string": query}
    await app({**of_server, "method": method, "path": path, "headers": raw}, receive, send)
    return Answer(
        sent[0]["status"],
        Headers(raw=sent[0]["headers"]),
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


Fetch = Callable[..., Answer]


@pytest.fixture
def releases(
    release: Release, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> list[Served]:
    """The releases of the catalogue, for tests to replace. A page ends with their version."""
    stands = [Served("one", release, ())]
    monkeypatch.setattr(catalogue, "served", lambda: stands[0])
    monkeypatch.setattr(
        site, "files", lambda one, _: {**files, "age": files["age"] + one.version.encode()}
    )
    return stands


@pytest.fixture
def fetch(releases: list[Served]) -> Fetch:
    """Send a request to the routes of the static site."""
    assert releases
    app = Starlette(routes=static_site_app.StaticSite().routes())
    return lambda *question, **more: asyncio.run(ask(app, *question, **more))


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpacked"),
    [
        ("br, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, identity", "", bytes),
    ],
)
def test_a_page_is_sent_in_the_best_encoding_that_the_client_accepts(
    fetch: Fetch,
    files: dict[str, bytes],
    accepted: str,
    encoding: str,
    unpacked: Callable[[bytes], bytes],
) -> None:
    answer = fetch("/lite/", "GET", {"accept-encoding": accepted})
    assert unpacked(answer.body) == files[""]
    assert answer.headers.get("content-encoding", "") == encoding
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["vary"] == "accept-encoding"


def test_a_page_is_cached_for_a_minute_or_a_day_on_error_and_then_revalidated(
    fetch: Fetch,
) -> None:
    first = fetch("/lite/age")
    assert first.headers["cache-control"] == "public, max-age=60, stale-if-error=86400"
    again = fetch("/lite/age", "GET", {"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert "content-length" not in again.headers
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("known", "status"), [("*", 304), ("W/{tag}", 304), ('"x", {tag}', 304), ('"x{tag}x"', 200)]
)
def test_only_a_matching_if_none_match_gets_a_304(fetch: Fetch, known: str, status: int) -> None:
    tag = fetch("/lite/age").headers["etag"]
    assert fetch("/lite/age", "GET", {"if-none-match": known.format(tag=tag)}).status == status
    assert fetch("/lite/no-such", "GET", {"if-none-match": "*"}).status == 404


def test_each_encoding_of_a_page_has_its_own_etag(fetch: Fetch) -> None:
    tags = {
        fetch("/lite/age", "GET", {"accept-encoding": encoding}).headers["etag"]
        for encoding in ("br", "gzip", "")
    }
    assert len(tags) == 3


def test_a_head_request_gets_headers_without_a_body(fetch: Fetch) -> None:
    whole, head = fetch("/lite/age"), fetch("/lite/age", "HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(whole.body))


def test_the_content_security_policy_allows_no_script(fetch: Fetch) -> None:
    headers = fetch("/lite/").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "script-src" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/lite/for-me"])
def test_the_page_for_frightened_readers_alone_may_run_a_script_and_is_never_stored(
    fetch: Fetch, files: dict[str, bytes], path: str
) -> None:
    headers = fetch(path).headers
    policy = headers["content-security-policy"]
    assert policy.endswith("; script-src 'self'")
    assert policy.startswith("default-src 'none'")  # the script can ask for nothing
    assert headers["cache-control"] == "no-store"
    script = fetch(f"/lite/{layout.SCRIPT}")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    assert script.body == files[layout.SCRIPT]


def test_pages_are_rendered_again_once_a_help_line_is_overdue(
    releases: list[Served], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert releases
    monkeypatch.setattr(
        site, "files", lambda *_: {**files, "age": " ".join(helplines.overdue()).encode()}
    )

    async def story() -> list[bytes]:
        static_site = static_site_app.StaticSite()
        before = (await ask(static_site, "/lite/age")).body
        monkeypatch.setattr(helplines, "today", lambda: date(2031, 1, 1))
        await ask(static_site, "/lite/age")
        await asyncio.gather(*static_site._tasks)
        return [before, (await ask(static_site, "/lite/age")).body]

    before, after = asyncio.run(story())
    assert before == b""
    assert b"samaritans" in after


def test_a_table_is_an_attachment_with_its_own_name(fetch: Fetch) -> None:
    answer = fetch("/lite/data/victim-referrals-2020-21-published-sex.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="victim-referrals-2020-21-published-sex.csv"'
    )
    assert answer.text.startswith("\ufeffperiod_code,nationality,")


def test_the_stylesheet_is_immutable(fetch: Fetch) -> None:
    assert "immutable" in fetch(f"/lite/{site.STYLESHEET}").headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["no-such", "age/", "age.html", "404", "../app.py", "data/", "é", "a" * 4000]
)
def test_an_unknown_path_gets_a_404_page_with_the_help_lines(fetch: Fetch, path: str) -> None:
    answer = fetch(f"/lite/{path}")
    assert answer.status == 404
    assert helpline_lists.html() in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_folder_without_its_slash_is_redirected(fetch: Fetch) -> None:
    answer = fetch("/lite")
    assert (answer.status, answer.headers["location"]) == (308, "/lite/")


def test_a_page_of_a_replaced_release_redirects_to_the_one_in_its_place(fetch: Fetch) -> None:
    answer = fetch("/lite/illustrative/crime-type")
    assert (answer.status, answer.headers["location"]) == (308, "/lite/example/crime-type")


def test_methods_that_write_are_not_allowed(fetch: Fetch) -> None:
    answer = fetch("/lite/age", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.text == "Nothing here can be changed. Use GET, HEAD, OPTIONS."
    options = fetch("/lite/age", "OPTIONS")
    assert (options.status, options.headers["allow"], options.body) == (
        204,
        "GET, HEAD, OPTIONS",
        b"",
    )


def test_robots_txt_names_the_sitemap_if_the_address_is_known(fetch: Fetch) -> None:
    known = Starlette(routes=static_site_app.StaticSite("https://example.org").routes())
    assert (
        "Sitemap: https://example.org/lite/sitemap.xml\n"
        in asyncio.run(ask(known, "/robots.txt")).text
    )
    assert fetch("/robots.txt").text == "User-agent: *\nAllow: /\n"


async def page(static_site: static_site_app.StaticSite) -> bytes:
    """Return the body of a page."""
    return (await ask(static_site, "/lite/age")).body


def test_readers_get_the_old_pages_until_those_of_a_new_release_are_rendered(
    releases: list[Served], release: Release
) -> None:
    async def story() -> list[bytes]:
        static_site = static_site_app.StaticSite()
        answers = [await page(static_site)]
        releases[0] = Served("two", release, ())
        answers.append(await page(static_site))
        await asyncio.gather(*static_site._tasks)
        return [*answers, await page(static_site)]

    assert [answer[-3:] for answer in asyncio.run(story())] == [b"one", b"one", b"two"]


FAULTS = (ReleaseError("The release broken holds nothing."), KeyError("Vietnam, 237"))
"""One of ours, whose text is safe to show, and one whose text could hold anything."""


@pytest.mark.parametrize("fault", FAULTS, ids=["ours", "another"])
def test_a_failed_rendering_keeps_the_old_pages_and_is_retried_after_a_while(
    releases: list[Served],
    release: Release,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    now, tried = [0.0], []
    monkeypatch.setattr(static_site_app, "monotonic", lambda: now[0])

    def refused(one: Served, _: object) -> dict[str, bytes]:
        tried.append(one.version)
        raise fault

    async def story() -> bytes:
        static_site = static_site_app.StaticSite()
        await page(static_site)
        releases[0] = Served("two", release, ())
        monkeypatch.setattr(site, "files", refused)
        for _ in range(3):
            await page(static_site)
            await asyncio.gather(*static_site._tasks)
        now[0] += responses.RETRY_AFTER
        await page(static_site)
        await asyncio.gather(*static_site._tasks)
        return await page(static_site)

    assert asyncio.run(story()).endswith(b"one")
    assert tried == ["two", "two"]
    assert f"({type(fault).__name__}). The previous ones stay." in caplog.text
    assert ("The release broken holds nothing." in caplog.text) == isinstance(fault, ReleaseError)
    assert "Vietnam" not in caplog.text


def test_a_failed_first_rendering_runs_once_and_gives_every_reader_a_retry_after(
    releases: list[Served], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert releases
    tried: list[str] = []

    def refused(one: Served, _: object) -> dict[str, bytes]:
        tried.append(one.version)
        raise KeyError("Vietnam, 237")

    monkeypatch.setattr(site, "files", refused)

    async def story() -> list[Answer]:
        static_site = static_site_app.StaticSite()
        return await asyncio.gather(*(ask(static_site, "/lite/") for _ in range(5)))

    answers = asyncio.run(story())
    assert {(answer.status, answer.headers["retry-after"]) for answer in answers} == {
        (503, str(responses.RETRY_AFTER))
    }
    assert all(
        messages.text("errors.static_site") in answer.text and helpline_lists.html() in answer.text
        for answer in answers
    )
    assert tried == ["one"]
    assert caplog.text.count("KeyError") == 1
    assert "Vietnam" not in caplog.text + answers[0].text


def test_many_first_readers_share_one_rendering(
    releases: list[Served], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert releases
    drawn: list[str] = []

    def draw(one: Served, _: object) -> dict[str, bytes]:
        drawn.append(one.version)
        return files

    monkeypatch.setattr(site, "files", draw)

    async def story() -> None:
        static_site = static_site_app.StaticSite()
        await asyncio.gather(*(page(static_site) for _ in range(20)))

    asyncio.run(story())
    assert drawn == ["one"]


def test_pages_are_prebuilt_in_another_thread(
    releases: list[Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert releases
    rendered_by: list[int] = []
    made = site.files

    def watched(served: Served, style: LinkStyle) -> dict[str, bytes]:
        rendered_by.append(threading.get_ident())
        return made(served, style)

    monkeypatch.setattr(site, "files", watched)

    async def story() -> None:
        static_site = static_site_app.StaticSite()
        async with static_site.prebuilt():
            while static_site._files is None:
                await asyncio.sleep(0.01)
        await ask(static_site, "/lite/age", "GET", {"accept-encoding": "br"})

    asyncio.run(asyncio.wait_for(story(), timeout=30))
    assert len(rendered_by) == 1
    assert threading.get_ident() not in rendered_by


def test_the_versions_of_pages_in_every_language_are_kept(
    releases: list[Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert releases
    static_site = static_site_app.StaticSite()

    def every() -> list[tuple[Version, ...]]:
        found = []
        for code in languages.languages():
            with using(code):
                found.append(static_site.versions())
        return found

    made = every()
    monkeypatch.setattr(caching, "COMPUTING", NothingToCompute())
    assert every() == made


def test_a_page_is_compressed_once_for_each_coding_in_which_it_is_asked_for(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[str] = []

    def watched(body: bytes, encoding: str, **_: int) -> bytes:
        compressed.append(encoding)
        return gzip.compress(body) if encoding == "gzip" else body

    monkeypatch.setattr(content_encoding, "compress", watched)
    for _ in range(2):
        fetch("/lite/age", "GET", {"accept-encoding": "gzip"})
        fetch("/lite/age", "GET", {"accept-encoding": "br"})
        fetch("/lite/age", "GET", {"accept-encoding": "identity"})
    assert compressed == ["gzip", "br"]


def test_an_unexpected_error_of_the_catalogue_is_logged_by_its_type_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Served:
        raise KeyError("Vietnam, 237")

    monkeypatch.setattr(catalogue, "served", broken)
    answer = asyncio.run(ask(static_site_app.StaticSite(), "/lite/"))
    assert (answer.status, "Vietnam" in answer.text + caplog.text, "KeyError" in caplog.text) == (
        503,
        False,
        True,
    )


def test_without_a_release_the_page_still_has_the_exit_and_the_help_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> Served:
        raise ReleaseError("There is no published release in releases/. <b>")

    monkeypatch.setattr(catalogue, "served", gone)
    answer = asyncio.run(ask(Starlette(routes=static_site_app.StaticSite().routes()), "/lite/"))
    assert answer.status == 503
    assert "There is no published release in releases/. &lt;b&gt;" in answer.text
    assert helpline_lists.html() in answer.text
    assert f"<a {LEAVING}>Leave this page</a>" in answer.text
    assert '<meta name="viewport"' in answer.text
    assert answer.headers["retry-after"] == "30"


def test_pages_of_a_withdrawn_release_are_not_sent_while_new_ones_are_rendered(
    releases: list[Served], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> bytes:
        static_site = static_site_app.StaticSite()
        await page(static_site)
        before = releases[0]
        releases[0] = Served("two", release, ())
        monkeypatch.setattr(catalogue, "has_withdrawn", lambda served: served is before)
        return await page(static_site)

    assert asyncio.run(story()).endswith(b"two")


def test_pages_of_a_release_that_is_withdrawn_while_they_are_rendered_are_not_sent(
    releases: list[Served], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, made = releases[0], site.files

    def withdraw_meanwhile(served: Served, style: LinkStyle) -> dict[str, bytes]:
        if served is before:
            releases[0] = Served("two", release, ())
            monkeypatch.setattr(catalogue, "has_withdrawn", lambda served: served is before)
        return made(served, style)

    monkeypatch.setattr(site, "files", withdraw_meanwhile)
    assert asyncio.run(page(static_site_app.StaticSite())).endswith(b"two")


def test_pages_of_a_withdrawn_release_are_not_sent_if_new_ones_cannot_be_rendered(
    releases: list[Served], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> dict[str, bytes]:
        raise ReleaseError("The release broken holds nothing.")

    async def story() -> list[Answer]:
        static_site = static_site_app.StaticSite()
        await page(static_site)
        before = releases[0]
        releases[0] = Served("two", release, ())
        monkeypatch.setattr(catalogue, "has_withdrawn", lambda served: served is before)
        monkeypatch.setattr(site, "files", refused)
        return [await ask(static_site, "/lite/age") for _ in range(2)]

    assert [(answer.status, "holds nothing" in answer.text) for answer in asyncio.run(story())] == [
        (503, True)
    ] * 2


def test_if_every_release_is_withdrawn_the_pages_are_gone_and_not_cached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def withdrawn() -> Served:
        raise WithdrawnError("These figures have been withdrawn.")

    monkeypatch.setattr(catalogue, "served", withdrawn)
    answer = asyncio.run(ask(static_site_app.StaticSite(), "/lite/age"))
    assert (answer.status, answer.headers["cache-control"], "retry-after" in answer.headers) == (
        410,
        "no-store",
        False,
    )
    assert "These figures have been withdrawn." in answer.text
    assert helpline_lists.html() in answer.text


# The table that a reader builds: the only page made for a request


def test_a_built_table_is_the_one_that_its_address_asks_for(fetch: Fetch) -> None:
    answer = fetch("/lite/table", query=b"rows=sex&columns=none&measure=share_of_column")
    assert answer.status == HTTPStatus.OK
    assert "Victim referrals by sex: share of each column" in answer.text
    assert '<option value="share_of_column" selected>' in answer.text
    assert answer.text != fetch("/lite/table").text


def test_the_form_of_a_built_table_leads_to_its_own_page_and_nowhere_else(fetch: Fetch) -> None:
    policy = fetch("/lite/table", query=b"rows=sex").headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert fetch("/lite/sex").headers["content-security-policy"] == policy, "a question is a form"


def test_a_built_table_is_compressed_and_not_sent_again_to_who_has_it(fetch: Fetch) -> None:
    query = b"rows=sex"
    packed = fetch("/lite/table", headers={"accept-encoding": "br"}, query=query)
    assert packed.headers["content-encoding"] == "br"
    assert brotli.decompress(packed.body).decode() == fetch("/lite/table", query=query).text
    again = {"accept-encoding": "br", "if-none-match": packed.headers["etag"]}
    unchanged = fetch("/lite/table", headers=again, query=query)
    assert (unchanged.status, unchanged.body) == (HTTPStatus.NOT_MODIFIED, b"")


def test_a_broken_address_of_a_table_is_a_page_that_explains_it(fetch: Fetch) -> None:
    answer = fetch("/lite/table", query=b"rows=%ff&columns=%3Cscript%3E&sex=%00")
    assert answer.status == HTTPStatus.OK
    assert "Part of this link could not be used" in answer.text
    assert "<script>" not in answer.text


def test_a_table_of_withdrawn_figures_is_gone(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdrawn() -> Served:
        raise WithdrawnError("Withdrawn.")

    fetch("/lite/")
    monkeypatch.setattr(site, "table_page", lambda *_: withdrawn())
    assert fetch("/lite/table", query=b"rows=sex").status == HTTPStatus.GONE


def test_names_that_are_not_ours_neither_evict_a_table_nor_wait_for_one(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = fetch("/lite/table", query=b"rows=sex")
    monkeypatch.setattr(caching, "COMPUTING", NothingToCompute())
    for junk in range(5):
        answer = fetch("/lite/table", query=f"rows=sex&x{junk}={junk}".encode())
        assert (answer.status, answer.body) == (HTTPStatus.OK, table.body)
    assert fetch("/lite/table", query=b"rows=sex").body == table.body
