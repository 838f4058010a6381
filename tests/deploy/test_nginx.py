"""nginx as it is deployed, in front of replicas that answer what a test wants: no copy outlives what it is a copy of."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import pytest

from bench.servers.nginx import HOST, HTTP2_ALONE, NGINX, Doors, nginx_version, write_configuration
from referrals.api import single_flight
from tests.fixtures.nginx_proxy import free_ports, needs_nginx, proxied

PAGE, BAND = "/lite/sex", "/api/v1/releases"


@dataclass
class Told:
    """What a replica is told to answer, and what it was asked."""

    status: int = 200
    kept: str = "public, max-age=1"
    asked: list[str] = field(default_factory=list)


@contextmanager
def replica() -> Iterator[tuple[Told, int]]:
    """Serve what a test says, on the port that is yielded. It is always alive."""
    told = Told()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_health = self.path == "/healthz"
            if not is_health:
                told.asked.append(self.path)
            body = b'{"status": "alive"}' if is_health else b"page"
            self.send_response(200 if is_health else told.status)
            self.send_header("Cache-Control", told.kept if told.status == 200 else "no-store")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=[0.05]).start()
        try:
            yield told, server.server_address[1]
        finally:
            server.shutdown()


@dataclass(frozen=True)
class Front:
    """nginx with its replicas: `ask` returns the status that a reader gets."""

    doors: Doors
    folder: Path
    replicas: list[Told]

    def ask(self, path: str, *, reader: str = "10.0.0.1", port: int = 0) -> int:
        return self.answer(path, reader=reader, port=port).status

    def answer(
        self, path: str, *, reader: str = "10.0.0.1", port: int = 0
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(HOST, port or self.doors.http, timeout=10)
        connection.request("GET", path, headers={"X-Forwarded-For": reader})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


class Opening(Protocol):
    """Opens nginx in front of so many replicas, with other settings instead of some that are deployed."""

    def __call__(self, replicas: int, instead: Mapping[str, str] | None = None) -> Front: ...


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Opening]:
    needs_nginx()
    with ExitStack() as stack:

        def opened(replicas: int, instead: Mapping[str, str] | None = None) -> Front:
            served = [stack.enter_context(replica()) for _ in range(replicas)]
            doors = stack.enter_context(
                proxied(tmp_path, [port for _, port in served], instead=instead)
            )
            return Front(doors, tmp_path, [told for told, _ in served])

        yield opened


@pytest.mark.parametrize("status", [404, 410, 503])
@pytest.mark.parametrize("path", [PAGE, BAND])
def test_a_release_that_was_withdrawn_is_gone_once_its_copy_is_old(
    front: Opening, path: str, status: int
) -> None:
    site = front(1)
    (told,) = site.replicas
    assert [site.ask(path), site.ask(path)] == [200, 200]
    assert told.asked == [path]
    told.status = status
    time.sleep(2.1)
    assert [site.ask(path), site.ask(path)] == [status, status]


def test_a_copy_that_may_be_kept_for_ever_is_gone_when_the_cache_is_emptied(front: Opening) -> None:
    site = front(1)
    (told,) = site.replicas
    told.kept = "public, max-age=31536000, immutable"
    site.ask(BAND)
    told.status = 404
    assert site.ask(BAND) == 200
    copies = [one for one in (site.folder / "cache").rglob("*") if one.is_file()]
    assert copies
    for one in copies:
        one.unlink()
    assert site.ask(BAND) == 404


def test_readers_get_the_copy_while_no_replica_answers(front: Opening) -> None:
    site = front(1)
    site.ask(PAGE)
    site.replicas[0].status = 502
    time.sleep(2.1)
    assert site.ask(PAGE) == 200


def test_one_reader_alone_cannot_make_the_api_work_without_end(front: Opening) -> None:
    site = front(1)
    answers = [site.ask(f"{BAND}?n={number}") for number in range(120)]
    assert 429 in answers
    assert answers.count(200) < 100
    assert site.ask(BAND, reader="10.0.0.2") == 200
    assert site.ask(PAGE) == 200


def test_who_asks_the_api_too_often_is_told_so_as_the_api_tells_what_is_wrong(
    front: Opening,
) -> None:
    site = front(1)
    answers = [site.answer(f"{BAND}?n={number}") for number in range(60)]
    refused = next(one for one in answers if one.status == HTTPStatus.TOO_MANY_REQUESTS)
    assert {name: refused.headers[name] for name in ("Content-Type", "Retry-After", "Access-Control-Allow-Origin")} == {
        "Content-Type": "application/problem+json", "Retry-After": "2", "Access-Control-Allow-Origin": "*",
    }  # fmt: skip
    assert refused.headers["Cache-Control"] == "no-store"


def test_one_address_at_once_does_not_fill_a_line_of_a_replica() -> None:
    (burst,) = re.findall(r"zone=programs burst=(\d+) nodelay;", (NGINX / "nginx.conf").read_text())
    assert int(burst) + 1 < single_flight.MAX_WAITING


def test_a_replica_that_is_full_does_not_send_its_crowd_to_the_next(front: Opening) -> None:
    site = front(3)
    for told in site.replicas:
        told.status = 503
    assert site.ask("/sex") == 503
    assert sum(len(told.asked) for told in site.replicas) == 1


def test_a_reader_keeps_to_one_replica_and_readers_are_spread_over_all(front: Opening) -> None:
    site = front(3)
    for number in range(40):
        for _ in range(2):
            site.ask(f"/sex?n={number}", reader=f"10.0.0.{number}")
    assert all(len(told.asked) > 8 for told in site.replicas)
    assert all(told.asked[::2] == told.asked[1::2] for told in site.replicas)


def test_plain_http_says_where_to_come_to_and_nothing_is_written_of_it(front: Opening) -> None:
    site = front(1)
    answer = site.answer("/sex?crime_type=DA", port=site.doors.plain)
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{HOST}/sex?crime_type=DA")
    site.ask("/sex")
    written = (site.folder / "nginx.log").read_text()
    assert '"status":"200"' in written
    assert '"status":"308"' not in written


def test_a_request_that_trickles_is_cut_off_and_holds_nobody_up(front: Opening) -> None:
    site = front(1, {"client_header_timeout 15s;": "client_header_timeout 2s;"})
    began = time.monotonic()
    with socket.create_connection((HOST, site.doors.http), timeout=0.5) as trickle:
        trickle.sendall(b"GET /sex HTTP/1.1\r\nHost: site\r\nX-Slow: ")
        while is_open(trickle):
            assert site.ask("/sex") == 200
            assert time.monotonic() < began + 10


def is_open(trickle: socket.socket) -> bool:
    """Send one byte more, wait a little, and return whether the other end is still there."""
    try:
        trickle.sendall(b"x")
        return bool(trickle.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what nginx says of the configuration in a folder, also what it would not say when it runs."""
    conf = folder / "nginx.conf"
    conf.write_text(conf.read_text().replace("error_log stderr alert;", "error_log stderr warn;"))
    command = [needs_nginx(), "-t", "-p", str(folder), "-c", str(conf)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nginx_accepts_the_files_that_are_deployed_and_warns_of_nothing(tmp_path: Path) -> None:
    needs_nginx()
    write_configuration(tmp_path, Doors(*free_ports(3)), free_ports(2))
    said = check(tmp_path)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [("no_such_setting on;", "[emerg]"), ("gzip_types text/html;", "[warn]")],
    ids=["unknown", "doubtful"],
)
def test_a_setting_that_nginx_does_not_know_or_doubts_is_seen(
    tmp_path: Path, line: str, said: str
) -> None:
    needs_nginx()
    write_configuration(tmp_path, Doors(*free_ports(3)), free_ports(1))
    with (tmp_path / "listen.conf").open("a") as file:
        file.write(f"{line}\n")
    assert said in check(tmp_path).stderr


def test_http2_is_asked_for_in_the_way_that_this_nginx_knows(tmp_path: Path) -> None:
    needs_nginx()
    write_configuration(tmp_path, Doors(1, 2, 3), [4])
    listen = (tmp_path / "listen.conf").read_text()
    assert ("\nhttp2 on;" in listen) == (nginx_version() >= HTTP2_ALONE)
    assert (f"\nlisten {HOST}:2 ssl http2;" in listen) == (nginx_version() < HTTP2_ALONE)
