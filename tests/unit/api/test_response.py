"""Responses: cached, compressed, conditional, open to every origin, and whole during a swap."""

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
from referrals.api import response as responses
from referrals.api.request import Request, read_query
from referrals.api.resource import Content, Resource
from referrals.api.resources import RESOURCES
from referrals.api.response import (
    MAX_COMPRESSED_BYTES,
    PERMANENT_CACHE,
    Representation,
    Response,
    from_content,
)
from referrals.errors import ReleaseError, WithdrawnError
from referrals.release import catalogue, files
from referrals.release.catalogue import Served
from referrals.release.release import Release, open_release
from tests.fixtures.asgi_client import HttpClient

LIST = "/api/v1/releases"
CELLS = "/api/v1/releases/2020-21/cells?crime_type=DA"
FILE = "/releases/2020-21/cells.csv"


class FakeCatalogue:
    """A catalogue whose releases a test replaces, or an error in place of them."""

    def __init__(self, published: Release) -> None:
        self.current: Served | Exception = Served("one", published, ())

    def __call__(self) -> Served:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def served(release: Release) -> Iterator[FakeCatalogue]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", fake := FakeCatalogue(release))
        yield fake


@pytest.fixture
def get(served: FakeCatalogue) -> HttpClient:
    return HttpClient(
        Starlette(routes=api.routes(), middleware=[Middleware(GZipMiddleware, minimum_size=500)])
    )


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Release:
    """A copy of the published release, which a test may damage."""
    return open_release(shutil.copytree(release.folder, tmp_path / release.folder.name))


# Conditional requests


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("mark", ["{}", "W/{}", '"other", {}', "*"])
def test_a_matching_etag_is_answered_with_304_and_no_body(
    get: HttpClient, encoding: str, mark: str
) -> None:
    first = get(CELLS, headers={"accept-encoding": encoding})
    known = {"accept-encoding": encoding, "if-none-match": mark.format(first.headers["etag"])}
    second = get(CELLS, headers=known)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
    assert "content-type" not in second.headers


def test_plain_and_gzipped_bodies_have_different_etags(get: HttpClient) -> None:
    tags = {
        get(CELLS, headers={"accept-encoding": encoding}).headers["etag"]
        for encoding in ("identity", "gzip")
    }
    assert len(tags) == 2


@pytest.mark.parametrize("written", [0, 4e9])
def test_last_modified_is_the_day_of_the_latest_revision_whenever_the_files_were_written(
    get: HttpClient, served: FakeCatalogue, copied: Release, written: float
) -> None:
    os.utime(copied.folder / "datapackage.json", (written, written))
    served.current = Served("written", open_release(copied.folder), ())
    assert get(CELLS).headers["last-modified"] == "Sun, 29 Nov 2026 00:00:00 GMT"


def test_if_modified_since_is_ignored_because_two_editions_can_have_one_date(
    get: HttpClient,
) -> None:
    assert (
        get(CELLS, headers={"if-modified-since": get(CELLS).headers["last-modified"]}).status_code
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
def test_vary_names_the_headers_that_chose_the_answer(
    get: HttpClient, address: str, headers: dict[str, str], vary: str
) -> None:
    assert get(address, headers=headers).headers["vary"] == vary


def test_an_answer_chosen_by_a_header_is_cached_apart_from_the_same_one_chosen_by_its_address(
    get: HttpClient,
) -> None:
    by_header, by_address = get(CELLS), get(f"{CELLS}&format=json")
    assert by_header.content == by_address.content
    assert by_header.headers["vary"] == "accept, accept-encoding"
    assert by_address.headers["vary"] == "accept-encoding"


def test_a_redirect_has_no_etag(get: HttpClient) -> None:
    assert "etag" not in get("/releases/latest/cells.csv").headers


# Methods, origins, compression


@pytest.mark.parametrize(
    "address", [LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1", "/api/v1/docs"]
)
def test_head_is_answered_as_get_without_the_body(get: HttpClient, address: str) -> None:
    whole, head = get(address), get(address, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers} == {**whole.headers}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_would_change_something_is_refused_with_the_allowed_ones(
    get: HttpClient, method: str
) -> None:
    answer = get(LIST, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json()["title"] == "The API is read-only"


def test_any_origin_may_read_and_may_send_a_preflight_request(get: HttpClient) -> None:
    assert get(LIST).headers["access-control-allow-origin"] == "*"
    assert get(f"{LIST}/nothing").headers["access-control-allow-origin"] == "*"
    before = get(
        LIST,
        method="OPTIONS",
        headers={"origin": "https://a.example", "access-control-request-method": "GET"},
    )
    assert before.status_code == 204
    assert "GET" in before.headers["access-control-allow-methods"]


def test_an_answer_is_gzipped_for_a_client_that_accepts_it(get: HttpClient) -> None:
    packed = get(CELLS, headers={"accept-encoding": "gzip"})
    plain = get(CELLS, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert packed.content == plain.content


def test_a_cached_answer_is_sent_again_with_its_first_headers(
    get: HttpClient,
) -> None:
    """Middleware appends to the list of headers that it is given, and the response is cached."""
    first = get(CELLS, headers={"accept-encoding": "identity"})
    assert {**get(CELLS, headers={"accept-encoding": "identity"}).headers} == {**first.headers}


# Downloads


def test_a_download_is_byte_for_byte_the_file_in_the_manifest(
    get: HttpClient, release: Release
) -> None:
    lines = get("/releases/2020-21/SHA256SUMS").text.splitlines()
    digests = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert digests["datapackage.json"] == release.digest
    saved = set()
    for name in files.listed(release):
        answer = get(f"/releases/2020-21/{name}")
        disposition = answer.headers["content-disposition"]
        saved.add(disposition.removeprefix('attachment; filename="').rstrip('"'))
        assert hashlib.sha256(answer.content).hexdigest() == digests[name]
    assert set(digests) == {*files.listed(release), *saved}
    assert {"victim-referrals-2020-21-cells.csv", "victim-referrals-2020-21.xlsx"} <= saved


def test_the_checksums_hold_for_files_as_a_browser_saves_them(
    get: HttpClient, release: Release
) -> None:
    lines = get("/releases/2020-21/SHA256SUMS").text.splitlines()
    digests = {name: digest for digest, name in (line.split("  ") for line in lines)}
    for file in files.listed(release).values():
        assert digests[files.saved_name(release, file)] == file.sha256


def test_latest_redirects_to_a_permanent_address(get: HttpClient, release: Release) -> None:
    answer = get("/releases/latest/referrals-latest.xlsx")
    fixed = answer.headers["location"]
    assert (answer.status_code, fixed) == (
        307,
        f"/releases/2020-21/{release.digest[:12]}/referrals-2020-21.xlsx",
    )
    assert get(fixed).headers["cache-control"] == PERMANENT_CACHE
    assert "immutable" not in get(FILE).headers["cache-control"]


@pytest.mark.usefixtures("served")
def test_a_compressed_file_is_not_gzipped_again() -> None:
    get = HttpClient(Starlette(routes=api.routes()))
    for name in ("referrals-2020-21.xlsx", "referrals-2020-21.ods", "cells.parquet"):
        assert (
            "content-encoding"
            not in get(f"/releases/2020-21/{name}", headers={"accept-encoding": "gzip"}).headers
        )


def test_a_large_file_is_neither_hashed_nor_gzipped_for_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its SHA-256 is in the manifest.

    Too large to cache, it would be compressed for each request.
    """
    body = b"x" * (MAX_COMPRESSED_BYTES + 1)
    digest = hashlib.sha256(body).hexdigest()
    monkeypatch.setattr(hashlib, "sha256", lambda _: pytest.fail("It was hashed."))
    response = from_content(Content(body, "application/vnd.duckdb", sha256=digest))
    assert response.gzipped is None
    assert response.plain.body is body
    assert response.plain.etag == f'"{digest[:32]}"'


def test_the_largest_compressed_response_fits_the_cache() -> None:
    cache = responses.cache(endpoint.CACHE_BYTES)
    largest = Representation(200, [], b"x" * MAX_COMPRESSED_BYTES, "")
    responses.store(cache, "largest", Response(largest, largest))
    assert cache.get("largest")


@pytest.fixture
def both(served: FakeCatalogue, release: Release, series: Release) -> Release:
    """The worked example, served beside the published release."""
    served.current = Served("both", release, (series,))
    return series


def test_each_file_of_invented_figures_has_a_marked_address_and_its_listed_checksum(
    get: HttpClient, both: Release
) -> None:
    """`curl -O` saves a file under the name in its address."""
    lines = get("/releases/example/SHA256SUMS").text.splitlines()
    digests = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert [name for name in digests if "example" not in name] == ["verify.py", "verify.sql"]
    for name in files.listed(both):
        digest = digests[name]
        answer = get(f"/releases/example/{name}")
        assert hashlib.sha256(answer.content).hexdigest() == digest
    listed = get("/api/v1/releases/example").json()["files"]
    assert {"cells-example.csv", "witnesses-example.csv.gz"} <= {entry["name"] for entry in listed}
    assert {
        get(entry[where]).status_code
        for entry in listed
        for where in ("address", "version_address")
    } == {200}
    assert get("/releases/example/cells-example.csv").content == both.files["cells.csv"]


def test_the_plain_name_of_a_file_of_invented_figures_redirects_to_the_marked_one(
    get: HttpClient, both: Release
) -> None:
    for folder in ("/releases/example", f"/releases/example/{both.digest[:12]}"):
        answer = get(f"{folder}/cells.csv")
        assert (answer.status_code, answer.headers["location"]) == (
            308,
            f"{folder}/cells-example.csv",
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
def test_a_guessed_address_redirects_to_a_page(
    get: HttpClient, address: str, status: int, to: str
) -> None:
    answer = get(address)
    assert (answer.status_code, answer.headers["location"]) == (status, to)


def test_the_docs_page_has_the_header_and_the_exit_of_every_page(get: HttpClient) -> None:
    html = get("/api/v1/docs").text
    assert (
        html.index('<a class="vr-skip" href="#stMain"')
        < html.index('<header class="vr-bar">')
        < html.index('<main class="vr-static" id="stMain"')
        < html.index("<h1>The data for programs</h1>")
        < html.index('<aside id="vr-exit"')
        < html.index(">Get help</a>")
    )
    assert 'lang="en-GB"' in html


def test_an_unknown_version_names_the_current_one(get: HttpClient, release: Release) -> None:
    answer = get("/releases/2020-21/0123456789ab/cells.csv")
    assert answer.status_code == 404
    assert answer.json()["version"] == release.digest[:12]
    assert "any more" not in answer.text, "it may never have been served"
    assert answer.json()["address"] == FILE


def test_a_file_altered_on_disk_is_served_as_it_was_verified(
    get: HttpClient, served: FakeCatalogue, copied: Release
) -> None:
    served.current = Served("altered", copied, ())
    verified = (copied.folder / "cells.csv").read_bytes()
    (copied.folder / "cells.csv").write_text("not,what,was,listed\n", encoding="utf-8")
    assert get(FILE).content == verified


# Replaced, broken and withdrawn releases


def test_a_replaced_release_is_served_at_once(
    get: HttpClient, served: FakeCatalogue, release: Release, invented: Release
) -> None:
    assert [listed["id"] for listed in get(LIST).json()["releases"]] == ["2020-21"]
    served.current = Served("two", release, (invented,))
    assert [listed["id"] for listed in get(LIST).json()["releases"]] == ["2020-21", "example"]
    served.current = Served("three", release, ())
    assert get("/api/v1/releases/example").status_code == 404


@pytest.mark.parametrize(
    "error",
    [ReleaseError("There is no published release. Run make data."), OSError("/private/path")],
)
def test_a_failing_catalogue_is_answered_with_503_and_no_internal_detail(
    get: HttpClient, served: FakeCatalogue, error: Exception
) -> None:
    served.current = error
    for address in (LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1"):
        answer = get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (
            503,
            "application/problem+json",
        )
        assert "retry-after" in answer.headers
        assert "/private" not in answer.text


def test_withdrawn_figures_are_410_which_no_cache_replaces_by_an_old_copy(
    get: HttpClient, served: FakeCatalogue
) -> None:
    served.current = WithdrawnError("These figures have been withdrawn.")
    for address in (LIST, CELLS, FILE, "/feed.atom", "/releases.ics", "/api/v1"):
        answer = get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")
        assert (answer.json()["type"], answer.json()["detail"]) == (
            "/api/v1/docs#withdrawn", "These figures have been withdrawn.",
        )  # fmt: skip


def test_the_message_of_a_database_error_is_not_sent(
    get: HttpClient, served: FakeCatalogue, copied: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise duckdb.InterruptException("INTERRUPTED: select secret from cells")

    monkeypatch.setattr(copied, "rows", interrupted)
    served.current = Served("faulty", copied, ())
    answer = get(CELLS)
    assert answer.status_code == 503
    assert "select" not in answer.text


# Caching and single flight


def counted(computed: list[str]) -> Callable[[object], Content]:
    def answer(_: object) -> Content:
        computed.append("one")
        return Content(b"x" * 600, "text/plain")

    return answer


@pytest.mark.usefixtures("served")
def test_concurrent_requests_share_one_computation() -> None:
    computed: list[str] = []
    app = Starlette(
        routes=endpoint.routes_of((Resource("/one", "One", "One.", counted(computed)),))
    )

    async def crowd() -> set[int]:
        async with HttpClient(app).session() as client:
            return {
                answer.status_code
                for answer in await asyncio.gather(*(client.get("/one") for _ in range(20)))
            }

    assert asyncio.run(crowd()) == {200}
    assert len(computed) == 1


@pytest.mark.usefixtures("served")
def test_a_cancelled_request_does_not_cancel_the_computation_for_others() -> None:
    computed: list[str] = []
    started = threading.Event()

    def answer(_: Request) -> Content:
        started.wait(10)
        return counted(computed)(_)

    app = Starlette(routes=endpoint.routes_of((Resource("/one", "One", "One.", answer),)))

    async def two() -> int:
        async with HttpClient(app).session() as client:
            first, second = (asyncio.ensure_future(client.get("/one")) for _ in range(2))
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.sleep(0)
            started.set()
            return (await second).status_code

    assert asyncio.run(two()) == 200
    assert len(computed) == 1


@pytest.mark.usefixtures("served")
def test_a_full_queue_refuses_at_once_and_answers_the_others() -> None:
    waiting = threading.Event()

    def answer(request: Request) -> Content:
        waiting.wait(10)
        return Content(request.path_parameters["name"].encode(), "text/plain")

    app = Starlette(routes=endpoint.routes_of((Resource("/one/{name}", "One", "One.", answer),)))
    room = single_flight.MAX_RUNNING + single_flight.MAX_WAITING

    async def crowd() -> list[httpx.Response]:
        async with HttpClient(app).session() as client:
            waits = [asyncio.ensure_future(client.get(f"/one/{name}")) for name in range(room)]
            await asyncio.sleep(0.1)
            refused = await client.get("/one/more")
            waiting.set()
            return [refused, *await asyncio.gather(*waits)]

    refused, *answered = asyncio.run(crowd())
    assert (refused.status_code, refused.json()["type"]) == (503, "/api/v1/docs#busy")
    assert refused.headers["retry-after"] == "2"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["access-control-allow-origin"] == "*"
    assert [response.text for response in answered] == [str(name) for name in range(room)]


@pytest.mark.usefixtures("served")
def test_a_file_does_not_wait_behind_slow_answers() -> None:
    waiting = threading.Event()

    def answer(request: Request) -> Content:
        waiting.wait(10)
        return Content(request.path_parameters["name"].encode(), "text/plain")

    long = Resource("/long/{name}", "One", "One.", answer, is_slow=True)
    app = Starlette(
        routes=endpoint.routes_of(
            (long, Resource("/file", "One", "One.", lambda _: Content(b"file", "text/plain")))
        )
    )

    async def crowd() -> str:
        async with HttpClient(app).session() as client:
            names = range(single_flight.MAX_RUNNING + single_flight.MAX_WAITING)
            waits = [asyncio.ensure_future(client.get(f"/long/{name}")) for name in names]
            await asyncio.sleep(0.1)
            answer = await asyncio.wait_for(client.get("/file"), timeout=5)
            waiting.set()
            await asyncio.gather(*waits)
            return answer.text

    assert asyncio.run(crowd()) == "file"


def test_only_the_cells_resource_is_slow() -> None:
    assert [resource.path for resource in RESOURCES if resource.is_slow] == [
        "/api/v1/releases/{release_id}/cells"
    ]


def test_a_query_is_parsed_outside_the_event_loop(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by: list[int] = []

    def watched(*given: Any) -> Any:
        read_by.append(threading.get_ident())
        return read_query(*given)

    monkeypatch.setattr(endpoint, "read_query", watched)
    assert get(CELLS).status_code == 200
    assert read_by
    assert threading.get_ident() not in read_by


def test_one_cached_answer_serves_every_spelling_of_a_request(
    get: HttpClient, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can write an address, so a cached answer must be found however they write it."""
    queries: list[str] = []
    rows = release.rows

    def record(name: str, *parameters: Any) -> Any:
        queries.append(name)
        return rows(name, *parameters)

    monkeypatch.setattr(release, "rows", record)
    cells = "/api/v1/releases/2020-21/cells"
    first = get(f"{cells}?sex=F&sex=M&crime_type=DA&format=json")
    run = len(queries)
    for query in (
        "sex=M&sex=F&crime_type=DA&format=json",
        "format=json&crime_type=DA&sex=F&sex=M&sex=F",
        "sex=%46&sex=M&crime_type=DA&format=json&offset=0",
        "&&sex=F&sex=M&&crime_type=DA&format=json&",
    ):
        assert get(f"{cells}?{query}").content == first.content
    assert len(queries) == run > 0


@pytest.mark.usefixtures("served")
def test_a_cached_answer_is_not_computed_again() -> None:
    computed: list[str] = []
    one = HttpClient(
        Starlette(routes=endpoint.routes_of((Resource("/one", "One", "One.", counted(computed)),)))
    )
    assert [one("/one").status_code for _ in range(3)] == [200, 200, 200]
    assert len(computed) == 1


def response_of(size: int) -> Response:
    return Response(Representation(200, [], b"x" * size, '"x"'))


def test_the_cache_stays_within_its_bytes_and_evicts_the_least_recently_used() -> None:
    cache = responses.cache(100_000)
    for name in "abcdefgh":
        responses.store(cache, name, response_of(20_000))
        cache.get("a")
    assert cache.currsize <= 100_000
    assert cache.get("a")
    assert cache.get("b") is None
    assert cache.get("h")


def test_a_response_that_would_evict_many_others_is_not_cached() -> None:
    cache = responses.cache(100_000)
    responses.store(cache, "large", response_of(25_000))
    assert cache.get("large") is None
    assert cache.currsize == 0
