"""How answers are served: kept, compressed, conditional, open to every origin, whole when a release is swapped or broken."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from referrals import api
from referrals.api import endpoint, single_flight
from referrals.api.request import Question, read_query
from referrals.api.resource import Content, Resource
from referrals.api.resources import RESOURCES
from referrals.api.response import FOR_EVER, LARGE, Form, Reply, Shelved, of_content
from referrals.errors import ReleaseError, WithdrawnError
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release, open_release
from tests.fixtures.asking import Asker

LIST = "/api/v1/releases"
CELLS = "/api/v1/releases/2020-21/cells?crime_type=DA"
FILE = "/releases/2020-21/cells.csv"


class Shelf:
    """A shelf whose releases a test changes."""

    def __init__(self, published: Release) -> None:
        self.stands: Served | Exception = Served("one", published, ())

    def __call__(self) -> Served:
        if isinstance(self.stands, Exception):
            raise self.stands
        return self.stands


@pytest.fixture
def stand(release: Release) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", stand := Shelf(release))
        yield stand


@pytest.fixture
def ask(stand: Shelf) -> Asker:
    return Asker(
        Starlette(routes=api.routes(), middleware=[Middleware(GZipMiddleware, minimum_size=500)])
    )


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Release:
    """The published release, in a folder that a test may harm."""
    return open_release(shutil.copytree(release.folder, tmp_path / release.folder.name))


# Conditional requests


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("mark", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_an_answer_already_is_told_so_without_a_body(
    ask: Asker, encoding: str, mark: str
) -> None:
    first = ask(CELLS, headers={"accept-encoding": encoding})
    known = {"accept-encoding": encoding, "if-none-match": mark.format(first.headers["etag"])}
    second = ask(CELLS, headers=known)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
    assert "content-type" not in second.headers


def test_plain_and_packed_bytes_have_tags_of_their_own(ask: Asker) -> None:
    tags = {
        ask(CELLS, headers={"accept-encoding": encoding}).headers["etag"]
        for encoding in ("identity", "gzip")
    }
    assert len(tags) == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [(4e9, "Tue, 02 Oct 2096 07:06:40 GMT"), (0, "Wed, 15 Dec 2021 00:00:00 GMT")],
    ids=["after publication", "before publication"],
)
def test_the_date_of_an_answer_is_when_its_release_was_written_and_never_before_it_was_published(
    ask: Asker, stand: Shelf, copied: Release, written: float, said: str
) -> None:
    os.utime(copied.folder / "datapackage.json", (written, written))
    stand.stands = Served("written", open_release(copied.folder), ())
    assert ask(CELLS).headers["last-modified"] == said


def test_a_date_proves_nothing_as_two_editions_can_have_the_same(ask: Asker) -> None:
    assert (
        ask(CELLS, headers={"if-modified-since": ask(CELLS).headers["last-modified"]}).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("address", "headers", "vary"),
    [
        (CELLS, {}, "accept, accept-encoding"),
        (CELLS, {"accept": "text/csv"}, "accept, accept-encoding"),
        (f"{CELLS}&format=csv", {"accept": "application/json"}, "accept-encoding"),
        (LIST, {}, "accept-encoding"),
        (FILE, {}, "accept-encoding"),
        ("/feed.atom", {}, "accept-encoding"),
    ],
)
def test_an_answer_varies_by_what_it_was_chosen_by(
    ask: Asker, address: str, headers: dict[str, str], vary: str
) -> None:
    assert ask(address, headers=headers).headers["vary"] == vary


def test_an_address_that_leads_elsewhere_is_never_said_to_be_unchanged(ask: Asker) -> None:
    assert "etag" not in ask("/releases/latest/cells.csv").headers


# Methods, origins, compression


@pytest.mark.parametrize(
    "address", [LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1", "/api/v1/docs"]
)
def test_head_is_answered_as_get_without_the_body(ask: Asker, address: str) -> None:
    get, head = ask(address), ask(address, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers} == {**get.headers}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_what_would_change_something_is_refused_with_what_is_allowed(
    ask: Asker, method: str
) -> None:
    answer = ask(LIST, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json()["title"] == "Data can only be read"


def test_a_page_of_any_origin_may_ask_and_may_ask_whether_it_may(ask: Asker) -> None:
    assert ask(LIST).headers["access-control-allow-origin"] == "*"
    assert ask(f"{LIST}/nothing").headers["access-control-allow-origin"] == "*"
    before = ask(
        LIST,
        method="OPTIONS",
        headers={"origin": "https://a.example", "access-control-request-method": "GET"},
    )
    assert before.status_code == 204
    assert "GET" in before.headers["access-control-allow-methods"]


def test_an_answer_is_packed_once_for_those_who_can_read_that(ask: Asker) -> None:
    packed = ask(CELLS, headers={"accept-encoding": "gzip"})
    plain = ask(CELLS, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert packed.content == plain.content


def test_an_answer_that_was_kept_is_sent_again_with_the_headers_that_it_had_first(
    ask: Asker,
) -> None:
    """Middleware writes into the list of headers that it is given, and the answer is kept."""
    first = ask(CELLS, headers={"accept-encoding": "identity"})
    assert {**ask(CELLS, headers={"accept-encoding": "identity"}).headers} == {**first.headers}


# Downloads


def test_a_download_is_byte_for_byte_the_file_that_the_manifest_lists(
    ask: Asker, release: Release
) -> None:
    for line in ask("/releases/2020-21/SHA256SUMS").text.splitlines():
        digest, name = line.split("  ")
        answer = ask(f"/releases/2020-21/{name}")
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert (
            answer.headers["content-disposition"]
            == f'attachment; filename="victim-referrals-2020-21-{name}"'
        )
    assert digest == release.digest


def test_latest_leads_to_an_address_that_never_changes(ask: Asker, release: Release) -> None:
    answer = ask("/releases/latest/referrals-latest.xlsx")
    fixed = answer.headers["location"]
    assert (answer.status_code, fixed) == (
        307,
        f"/releases/2020-21/{release.digest[:12]}/referrals-2020-21.xlsx",
    )
    assert ask(fixed).headers["cache-control"] == FOR_EVER
    assert "immutable" not in ask(FILE).headers["cache-control"]


@pytest.mark.usefixtures("stand")
def test_what_is_packed_already_is_not_packed_again() -> None:
    ask = Asker(Starlette(routes=api.routes()))
    for name in ("referrals-2020-21.xlsx", "referrals-2020-21.ods", "cells.parquet"):
        assert (
            "content-encoding"
            not in ask(f"/releases/2020-21/{name}", headers={"accept-encoding": "gzip"}).headers
        )


def test_a_large_file_is_neither_hashed_nor_packed_for_everyone_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its SHA-256 stands in the manifest, and what is too large to keep would be packed anew each time."""
    body = b"x" * (LARGE + 1)
    digest = hashlib.sha256(body).hexdigest()
    monkeypatch.setattr(hashlib, "sha256", lambda _: pytest.fail("It was hashed."))
    reply = of_content(Content(body, "application/vnd.duckdb", sha256=digest))
    assert reply.packed is None
    assert reply.plain.body is body
    assert reply.plain.tag == f'"{digest[:32]}"'


def test_what_is_packed_is_small_enough_to_be_kept() -> None:
    kept = Shelved(endpoint.ROOM)
    kept.keep("largest", Reply(Form(200, [], b"x" * LARGE, ""), Form(200, [], b"x" * LARGE, "")))
    assert kept.find("largest")


@pytest.fixture
def both(stand: Shelf, release: Release, series: Release) -> Release:
    """The illustrative series, which stands beside the published release."""
    stand.stands = Served("both", release, (series,))
    return series


def test_every_file_of_invented_figures_says_so_in_its_address_and_holds_what_its_sum_says(
    ask: Asker, both: Release
) -> None:
    """`curl -O` saves a file under the name in its address."""
    for line in ask("/releases/illustrative/SHA256SUMS").text.splitlines():
        digest, name = line.split("  ")
        assert "illustrative" in name or name in {"verify.py", "verify.sql"}
        answer = ask(f"/releases/illustrative/{name}")
        assert hashlib.sha256(answer.content).hexdigest() == digest
    listed = ask("/api/v1/releases/illustrative").json()["files"]
    assert {"cells-illustrative.csv", "witnesses-illustrative.csv.gz"} <= {
        one["name"] for one in listed
    }
    assert {
        ask(one[where]).status_code for one in listed for where in ("address", "version_address")
    } == {200}
    assert ask("/releases/illustrative/cells-illustrative.csv").content == both.files["cells.csv"]


def test_the_plain_name_of_a_file_of_invented_figures_leads_to_the_marked_one(
    ask: Asker, both: Release
) -> None:
    for folder in ("/releases/illustrative", f"/releases/illustrative/{both.digest[:12]}"):
        answer = ask(f"{folder}/cells.csv")
        assert (answer.status_code, answer.headers["location"]) == (
            308,
            f"{folder}/cells-illustrative.csv",
        )


@pytest.mark.parametrize(
    ("address", "status", "to"),
    [
        ("/releases/", 308, "/releases"),
        ("/releases/2020-21", 307, "/releases#release-2020-21"),
        ("/api", 308, "/api/v1/docs"),
        ("/api/", 308, "/api/v1/docs"),
    ],
)
def test_an_address_that_people_try_leads_to_a_page(
    ask: Asker, address: str, status: int, to: str
) -> None:
    answer = ask(address)
    assert (answer.status_code, answer.headers["location"]) == (status, to)


def test_the_page_of_the_api_can_be_left_at_once_and_its_header_skipped(ask: Asker) -> None:
    html = ask("/api/v1/docs").text
    assert (
        html.index('<a class="skip" href="#main">')
        < html.index("Leave this page</a>")
        < html.index('<main id="main">')
    )
    assert 'lang="en-GB"' in html


def test_a_version_that_is_gone_says_which_stands_now(ask: Asker, release: Release) -> None:
    answer = ask("/releases/2020-21/0123456789ab/cells.csv")
    assert answer.status_code == 404
    assert answer.json()["version"] == release.digest[:12]
    assert "any more" not in answer.text, "it may never have been"
    assert answer.json()["address"] == FILE


def test_a_file_that_is_altered_on_disk_is_served_as_it_was_verified(
    ask: Asker, stand: Shelf, copied: Release
) -> None:
    stand.stands = Served("altered", copied, ())
    verified = (copied.folder / "cells.csv").read_bytes()
    (copied.folder / "cells.csv").write_text("not,what,was,listed\n", encoding="utf-8")
    assert ask(FILE).content == verified


# Swaps and faults


def test_a_release_that_has_been_swapped_is_served_at_once(
    ask: Asker, stand: Shelf, release: Release, invented: Release
) -> None:
    assert [one["id"] for one in ask(LIST).json()["releases"]] == ["2020-21"]
    stand.stands = Served("two", release, (invented,))
    assert [one["id"] for one in ask(LIST).json()["releases"]] == ["2020-21", "illustrative"]
    stand.stands = Served("three", release, ())
    assert ask("/api/v1/releases/illustrative").status_code == 404


@pytest.mark.parametrize(
    "error",
    [ReleaseError("There is no published release. Run make data."), OSError("/private/path")],
)
def test_a_broken_shelf_is_said_in_words_and_nothing_else_of_it(
    ask: Asker, stand: Shelf, error: Exception
) -> None:
    stand.stands = error
    for address in (LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1"):
        answer = ask(address)
        assert (answer.status_code, answer.headers["content-type"]) == (
            503,
            "application/problem+json",
        )
        assert "retry-after" in answer.headers
        assert "/private" not in answer.text


def test_what_was_withdrawn_is_gone_which_no_cache_covers_with_a_copy(
    ask: Asker, stand: Shelf
) -> None:
    stand.stands = WithdrawnError("These figures have been withdrawn.")
    for address in (LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1"):
        answer = ask(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")
        assert (answer.json()["type"], answer.json()["detail"]) == (
            "/api/v1/docs#withdrawn", "These figures have been withdrawn.",
        )  # fmt: skip


def test_what_a_database_says_of_its_fault_stays_inside(
    ask: Asker, stand: Shelf, copied: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise duckdb.InterruptException("INTERRUPTED: select secret from cells")

    monkeypatch.setattr(copied, "rows", interrupted)
    stand.stands = Served("faulty", copied, ())
    answer = ask(CELLS)
    assert answer.status_code == 503
    assert "select" not in answer.text


# What is kept


def counted(made: list[str]) -> Callable[[object], Content]:
    def make(_: object) -> Content:
        made.append("one")
        return Content(b"x" * 600, "text/plain")

    return make


@pytest.mark.usefixtures("stand")
def test_an_answer_is_made_once_however_many_ask_at_the_same_time() -> None:
    made: list[str] = []
    app = Starlette(routes=endpoint.doors((Resource("/one", "One", "One.", counted(made)),)))

    async def crowd() -> set[int]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test"
        ) as client:
            return {
                answer.status_code
                for answer in await asyncio.gather(*(client.get("/one") for _ in range(20)))
            }

    assert asyncio.run(crowd()) == {200}
    assert len(made) == 1


@pytest.mark.usefixtures("stand")
def test_whoever_gives_up_does_not_take_the_answer_from_the_others() -> None:
    made: list[str] = []
    started = threading.Event()

    def make(_: Question) -> Content:
        started.wait(10)
        return counted(made)(_)

    app = Starlette(routes=endpoint.doors((Resource("/one", "One", "One.", make),)))

    async def two() -> int:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test"
        ) as client:
            first, second = (asyncio.ensure_future(client.get("/one")) for _ in range(2))
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.sleep(0)
            started.set()
            return (await second).status_code

    assert asyncio.run(two()) == 200
    assert len(made) == 1


@pytest.mark.usefixtures("stand")
def test_more_answers_than_can_wait_are_refused_at_once_and_the_others_are_made() -> None:
    waiting = threading.Event()

    def make(question: Question) -> Content:
        waiting.wait(10)
        return Content(question.parts["name"].encode(), "text/plain")

    app = Starlette(routes=endpoint.doors((Resource("/one/{name}", "One", "One.", make),)))
    room = single_flight.AT_ONCE + single_flight.IN_LINE

    async def crowd() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test"
        ) as client:
            waits = [asyncio.ensure_future(client.get(f"/one/{name}")) for name in range(room)]
            await asyncio.sleep(0.1)
            refused = await client.get("/one/more")
            waiting.set()
            return [refused, *await asyncio.gather(*waits)]

    refused, *answered = asyncio.run(crowd())
    assert (refused.status_code, refused.json()["type"]) == (503, "/api/v1/docs#busy")
    assert {refused.headers[name] for name in ("retry-after", "cache-control", "access-control-allow-origin")} == {
        "2", "no-store", "*",
    }  # fmt: skip
    assert [one.text for one in answered] == [str(name) for name in range(room)]


@pytest.mark.usefixtures("stand")
def test_a_file_does_not_wait_behind_answers_that_take_long() -> None:
    waiting = threading.Event()

    def make(question: Question) -> Content:
        waiting.wait(10)
        return Content(question.parts["name"].encode(), "text/plain")

    long = Resource("/long/{name}", "One", "One.", make, takes_long=True)
    app = Starlette(
        routes=endpoint.doors(
            (long, Resource("/file", "One", "One.", lambda _: Content(b"file", "text/plain")))
        )
    )

    async def crowd() -> str:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test"
        ) as client:
            names = range(single_flight.AT_ONCE + single_flight.IN_LINE)
            waits = [asyncio.ensure_future(client.get(f"/long/{name}")) for name in names]
            await asyncio.sleep(0.1)
            answer = await asyncio.wait_for(client.get("/file"), timeout=5)
            waiting.set()
            await asyncio.gather(*waits)
            return answer.text

    assert asyncio.run(crowd()) == "file"


def test_only_cells_take_long() -> None:
    assert [one.path for one in RESOURCES if one.takes_long] == [
        "/api/v1/releases/{release_id}/cells"
    ]


def test_nobody_waits_while_the_codes_of_a_query_wait_for_what_others_make(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by: list[int] = []

    def watched(*given: Any) -> Any:
        read_by.append(threading.get_ident())
        return read_query(*given)

    monkeypatch.setattr(endpoint, "read_query", watched)
    assert ask(CELLS).status_code == 200
    assert read_by
    assert threading.get_ident() not in read_by


def test_one_question_is_one_answer_however_it_is_written(
    ask: Asker, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is what anybody can write: an answer that is kept must be found whatever they write round it."""
    asked: list[str] = []
    rows = release.rows
    monkeypatch.setattr(
        release, "rows", lambda name, *rest: asked.append(name) or rows(name, *rest)
    )  # type: ignore[func-returns-value]
    cells = "/api/v1/releases/2020-21/cells"
    first = ask(f"{cells}?sex=F&sex=M&crime_type=DA&format=json")
    made = len(asked)
    for query in (
        "sex=M&sex=F&crime_type=DA&format=json",
        "format=json&crime_type=DA&sex=F&sex=M&sex=F",
        "sex=%46&sex=M&crime_type=DA&format=json&offset=0",
        "&&sex=F&sex=M&&crime_type=DA&format=json&",
    ):
        assert ask(f"{cells}?{query}").content == first.content
    assert len(asked) == made > 0


@pytest.mark.usefixtures("stand")
def test_an_answer_that_was_made_is_not_made_again() -> None:
    made: list[str] = []
    one = Asker(Starlette(routes=endpoint.doors((Resource("/one", "One", "One.", counted(made)),))))
    assert [one("/one").status_code for _ in range(3)] == [200, 200, 200]
    assert len(made) == 1


def reply_of(size: int) -> Reply:
    return Reply(Form(200, [], b"x" * size, '"x"'))


def test_what_is_kept_stays_within_its_bytes_and_the_longest_unasked_goes_first() -> None:
    kept = Shelved(100_000)
    for name in "abcdefgh":
        kept.keep((name,), reply_of(20_000))
        kept.find(("a",))
    assert kept.bytes <= 100_000
    assert kept.find(("a",))
    assert kept.find(("b",)) is None
    assert kept.find(("h",))


def test_an_answer_that_would_push_out_many_others_is_not_kept() -> None:
    kept = Shelved(100_000)
    kept.keep(("large",), reply_of(25_000))
    assert kept.find(("large",)) is None
    assert kept.bytes == 0
