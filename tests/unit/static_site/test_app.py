"""The light pages over HTTP: in what encodings, with what headers, and what readers get while releases change or fail."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from referrals.content import pages
from referrals.errors import ReleaseError, WithdrawnError
from referrals.i18n import messages
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import app as static_site_app
from referrals.static_site import responses, site
from referrals.web.http import content_encoding
from referrals.web.shell.html import LEAVING


@dataclass(frozen=True)
class Answer:
    """What a browser receives."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(
    app: ASGIApp, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> Answer:
    """Ask an application for a path as a server does."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [
        (name.encode(), value.encode())
        for name, value in {"host": "site", **(headers or {})}.items()
    ]
    of_server = {"type": "http", "scheme": "http", "root_path": "", "query_string": b""}
    await app({**of_server, "method": method, "path": path, "headers": raw}, receive, send)
    return Answer(
        sent[0]["status"],
        Headers(raw=sent[0]["headers"]),
        b"".join(one.get("body", b"") for one in sent[1:]),
    )


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def made(release: Release) -> dict[str, bytes]:
    return site.files(Served("one", release, ()))


@pytest.fixture
def standing(
    release: Release, made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> list[Served]:
    """What stands on the shelf: tests put another in its place. Its pages say which it is."""
    stands = [Served("one", release, ())]
    monkeypatch.setattr(catalogue, "served", lambda: stands[0])
    monkeypatch.setattr(
        responses, "compress", partial(content_encoding.compress, quality=1)
    )  # each test packs every page
    monkeypatch.setattr(
        site, "files", lambda one, _: {**made, "age": made["age"] + one.version.encode()}
    )
    return stands


@pytest.fixture
def asked(standing: list[Served]) -> Ask:
    """Ask the routes of the static_site."""
    assert standing
    app = Starlette(routes=static_site_app.StaticSite().routes())
    return lambda *question: asyncio.run(ask(app, *question))


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpacked"),
    [
        ("br, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, identity", "", bytes),
    ],
)
def test_a_page_comes_in_the_best_encoding_that_its_reader_takes(
    asked: Ask,
    made: dict[str, bytes],
    accepted: str,
    encoding: str,
    unpacked: Callable[[bytes], bytes],
) -> None:
    answer = asked("/lite/", "GET", {"accept-encoding": accepted})
    assert unpacked(answer.body) == made[""]
    assert answer.headers.get("content-encoding", "") == encoding
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["vary"] == "accept-encoding"


def test_a_page_may_be_kept_for_a_minute_and_shown_while_nobody_answers_and_is_else_asked_for_again(
    asked: Ask,
) -> None:
    first = asked("/lite/age")
    assert first.headers["cache-control"] == "public, max-age=60, stale-if-error=86400"
    again = asked("/lite/age", "GET", {"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert "content-length" not in again.headers
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("known", "status"), [("*", 304), ("W/{tag}", 304), ('"x", {tag}', 304), ('"x{tag}x"', 200)]
)
def test_what_a_reader_has_already_is_not_sent_again_and_nothing_else_is_taken_for_it(
    asked: Ask, known: str, status: int
) -> None:
    tag = asked("/lite/age").headers["etag"]
    assert asked("/lite/age", "GET", {"if-none-match": known.format(tag=tag)}).status == status
    assert asked("/lite/no-such", "GET", {"if-none-match": "*"}).status == 404


def test_encodings_of_a_page_have_tags_of_their_own(asked: Ask) -> None:
    tags = {
        asked("/lite/age", "GET", {"accept-encoding": one}).headers["etag"]
        for one in ("br", "gzip", "")
    }
    assert len(tags) == 3


def test_only_the_head_of_a_page_comes_where_no_more_is_asked(asked: Ask) -> None:
    whole, head = asked("/lite/age"), asked("/lite/age", "HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(whole.body))


def test_no_script_may_run_on_a_page_and_nothing_may_frame_it(asked: Ask) -> None:
    headers = asked("/lite/").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "script-src" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_a_table_comes_as_a_file_with_its_own_name(asked: Ask) -> None:
    answer = asked("/lite/data/victim-referrals-2020-21-published-sex.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="victim-referrals-2020-21-published-sex.csv"'
    )
    assert answer.text.startswith("nationality,")


def test_the_stylesheet_may_be_kept_for_ever(asked: Ask) -> None:
    assert "immutable" in asked(f"/lite/{site.STYLESHEET}").headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["no-such", "age/", "age.html", "404", "../app.py", "data/", "é", "a" * 4000]
)
def test_an_address_that_is_not_there_gets_a_page_that_says_so_with_the_help_lines(
    asked: Ask, path: str
) -> None:
    answer = asked(f"/lite/{path}")
    assert answer.status == 404
    assert pages.helplines() in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_folder_is_found_without_its_slash(asked: Ask) -> None:
    answer = asked("/lite")
    assert (answer.status, answer.headers["location"]) == (308, "/lite/")


def test_nothing_can_be_sent_to_a_page(asked: Ask) -> None:
    answer = asked("/lite/age", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.text == "Nothing here can be changed. Use GET, HEAD, OPTIONS."
    options = asked("/lite/age", "OPTIONS")
    assert (options.status, options.headers["allow"], options.body) == (
        204,
        "GET, HEAD, OPTIONS",
        b"",
    )


def test_robots_are_told_of_the_sitemap_where_the_address_is_known(asked: Ask) -> None:
    known = Starlette(routes=static_site_app.StaticSite("https://example.org").routes())
    assert (
        "Sitemap: https://example.org/lite/sitemap.xml\n"
        in asyncio.run(ask(known, "/robots.txt")).text
    )
    assert asked("/robots.txt").text == "User-agent: *\nAllow: /\n"


async def page(static_site: static_site_app.StaticSite) -> bytes:
    """Ask a static_site for a page, and return its bytes."""
    return (await ask(static_site, "/lite/age")).body


def test_readers_get_the_old_pages_until_those_of_a_new_release_are_drawn(
    standing: list[Served], release: Release
) -> None:
    async def story() -> list[bytes]:
        static_site = static_site_app.StaticSite()
        answers = [await page(static_site)]
        standing[0] = Served("two", release, ())
        answers.append(await page(static_site))
        await asyncio.gather(*static_site._tasks)
        return [*answers, await page(static_site)]

    assert [answer[-3:] for answer in asyncio.run(story())] == [b"one", b"one", b"two"]


FAULTS = (ReleaseError("The release broken holds nothing."), KeyError("Vietnam, 237"))
"""One of ours, which says what is wrong, and one that could say anything."""


@pytest.mark.parametrize("fault", FAULTS, ids=["ours", "another"])
def test_pages_that_cannot_be_drawn_leave_the_old_ones_standing_and_are_tried_again_only_after_a_while(
    standing: list[Served],
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
        standing[0] = Served("two", release, ())
        monkeypatch.setattr(site, "files", refused)
        for _ in range(3):
            await page(static_site)
            await asyncio.gather(*static_site._tasks)
        now[0] += static_site_app.RETRY_AFTER
        await page(static_site)
        await asyncio.gather(*static_site._tasks)
        return await page(static_site)

    assert asyncio.run(story()).endswith(b"one")
    assert tried == ["two", "two"]
    assert f"({type(fault).__name__}). The old ones stay." in caplog.text
    assert ("The release broken holds nothing." in caplog.text) == isinstance(fault, ReleaseError)
    assert "Vietnam" not in caplog.text


def test_where_even_the_first_pages_cannot_be_drawn_one_drawing_fails_for_all_and_says_when_to_come_back(
    standing: list[Served], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert standing
    tried: list[str] = []

    def refused(one: Served, _: object) -> dict[str, bytes]:
        tried.append(one.version)
        raise KeyError("Vietnam, 237")

    monkeypatch.setattr(site, "files", refused)

    async def story() -> list[Answer]:
        static_site = static_site_app.StaticSite()
        return await asyncio.gather(*(ask(static_site, "/lite/") for _ in range(5)))

    answers = asyncio.run(story())
    assert {(one.status, one.headers["retry-after"]) for one in answers} == {
        (503, str(static_site_app.RETRY_AFTER))
    }
    assert all(
        messages.text("errors.static_site") in one.text and pages.helplines() in one.text for one in answers
    )
    assert tried == ["one"]
    assert caplog.text.count("KeyError") == 1
    assert "Vietnam" not in caplog.text + answers[0].text


def test_many_first_readers_wait_for_one_drawing(
    standing: list[Served], made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standing
    drawn: list[str] = []

    def draw(one: Served, _: object) -> dict[str, bytes]:
        drawn.append(one.version)
        return made

    monkeypatch.setattr(site, "files", draw)

    async def story() -> None:
        static_site = static_site_app.StaticSite()
        await asyncio.gather(*(page(static_site) for _ in range(20)))

    asyncio.run(story())
    assert drawn == ["one"]


def test_pages_are_drawn_and_packed_before_the_first_reader_comes_and_in_no_turn_of_theirs(
    standing: list[Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standing
    drawn = threading.Event()
    packed_by: set[int] = set()

    def watched(body: bytes, encoding: str) -> bytes:
        packed_by.add(threading.get_ident())
        return gzip.compress(body) if encoding == "gzip" else body

    monkeypatch.setattr(responses, "compress", watched)

    async def story() -> None:
        static_site = static_site_app.StaticSite()
        async with static_site.rendered_ahead():
            while static_site._files is None:
                await asyncio.sleep(0.01)
        monkeypatch.setattr(site, "files", lambda *_: drawn.set())
        await ask(static_site, "/lite/age", "GET", {"accept-encoding": "br"})

    asyncio.run(asyncio.wait_for(story(), timeout=30))
    assert not drawn.is_set()
    assert packed_by
    assert threading.get_ident() not in packed_by


def test_a_shelf_that_breaks_is_told_by_its_kind(
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


def test_without_a_release_the_way_out_and_the_help_lines_stand_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> Served:
        raise ReleaseError("There is no published release in releases/. <b>")

    monkeypatch.setattr(catalogue, "served", gone)
    answer = asyncio.run(ask(Starlette(routes=static_site_app.StaticSite().routes()), "/lite/"))
    assert answer.status == 503
    assert "There is no published release in releases/. &lt;b&gt;" in answer.text
    assert pages.helplines() in answer.text
    assert f"<a {LEAVING}>Leave this page</a>" in answer.text
    assert '<meta name="viewport"' in answer.text
    assert answer.headers["retry-after"] == "30"


def test_pages_of_a_withdrawn_release_are_sent_to_nobody_while_others_are_drawn(
    standing: list[Served], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> bytes:
        static_site = static_site_app.StaticSite()
        await page(static_site)
        before = standing[0]
        standing[0] = Served("two", release, ())
        monkeypatch.setattr(catalogue, "has_withdrawn", lambda held: held is before)
        return await page(static_site)

    assert asyncio.run(story()).endswith(b"two")


def test_pages_of_a_withdrawn_release_are_sent_to_nobody_where_no_others_can_be_drawn(
    standing: list[Served], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> dict[str, bytes]:
        raise ReleaseError("The release broken holds nothing.")

    async def story() -> list[Answer]:
        static_site = static_site_app.StaticSite()
        await page(static_site)
        before = standing[0]
        standing[0] = Served("two", release, ())
        monkeypatch.setattr(catalogue, "has_withdrawn", lambda held: held is before)
        monkeypatch.setattr(site, "files", refused)
        return [await ask(static_site, "/lite/age") for _ in range(2)]

    assert [(one.status, "holds nothing" in one.text) for one in asyncio.run(story())] == [
        (503, True)
    ] * 2


def test_where_all_was_withdrawn_the_pages_are_gone_which_no_cache_covers_with_a_copy(
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
    assert pages.helplines() in answer.text
