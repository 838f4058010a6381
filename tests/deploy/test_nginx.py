"""The deployed nginx in front of fake replicas: caching, limits, affinity and logs."""

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

from bench.servers.nginx import (
    HOST,
    HTTP2_DIRECTIVE,
    NGINX,
    NginxPorts,
    nginx_version,
    write_configuration,
)
from referrals.api import single_flight
from tests.fixtures.nginx_proxy import free_ports, needs_nginx, proxied

PAGE, API = "/lite/sex", "/api/v1/releases"


@dataclass
class Script:
    """The answers of a fake replica, and the paths that were requested."""

    status: int = 200
    cache_control: str = "public, max-age=1"
    requested: list[str] = field(default_factory=list)


@contextmanager
def replica() -> Iterator[tuple[Script, int]]:
    """Serve a fake replica that is always alive; yield its script and its port."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_health = self.path == "/healthz"
            if not is_health:
                script.requested.append(self.path)
            body = b'{"status": "alive"}' if is_health else b"page"
            self.send_response(200 if is_health else script.status)
            self.send_header(
                "Cache-Control", script.cache_control if script.status == 200 else "no-store"
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05]).start()
        try:
            yield script, server.server_address[1]
        finally:
            server.shutdown()


@dataclass(frozen=True)
class Front:
    """nginx with its replicas: `ask` returns the status of an answer."""

    ports: NginxPorts
    folder: Path
    replicas: list[Script]

    def ask(self, path: str, *, reader: str = "10.0.0.1", port: int = 0) -> int:
        return self.answer(path, reader=reader, port=port).status

    def answer(
        self, path: str, *, reader: str = "10.0.0.1", port: int = 0
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(HOST, port or self.ports.http, timeout=10)
        connection.request("GET", path, headers={"X-Forwarded-For": reader})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


class StartFront(Protocol):
    """Starts nginx in front of `replicas` fake ones; `instead` replaces deployed settings."""

    def __call__(self, replicas: int, instead: Mapping[str, str] | None = None) -> Front: ...


@pytest.fixture
def front(tmp_path: Path) -> Iterator[StartFront]:
    needs_nginx()
    with ExitStack() as stack:

        def opened(replicas: int, instead: Mapping[str, str] | None = None) -> Front:
            served = [stack.enter_context(replica()) for _ in range(replicas)]
            ports = stack.enter_context(
                proxied(tmp_path, [port for _, port in served], instead=instead)
            )
            return Front(ports, tmp_path, [script for script, _ in served])

        yield opened


@pytest.mark.parametrize("status", [404, 410, 503])
@pytest.mark.parametrize("path", [PAGE, API])
def test_a_withdrawn_release_is_gone_once_its_cached_copy_expires(
    front: StartFront, path: str, status: int
) -> None:
    site = front(1)
    (script,) = site.replicas
    assert [site.ask(path), site.ask(path)] == [200, 200]
    assert script.requested == [path]
    script.status = status
    time.sleep(2.1)
    assert [site.ask(path), site.ask(path)] == [status, status]


def test_an_immutable_copy_is_gone_when_the_cache_is_emptied(front: StartFront) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=31536000, immutable"
    site.ask(API)
    script.status = 404
    assert site.ask(API) == 200
    copies = [path for path in (site.folder / "cache").rglob("*") if path.is_file()]
    assert copies
    for copy in copies:
        copy.unlink()
    assert site.ask(API) == 404


def test_tags_that_others_add_to_an_address_do_not_multiply_the_cached_copies(
    front: StartFront,
) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=60"
    for tags in ("", "?utm_source=a", "?fbclid=b&utm_medium=c", "?_gl=1&"):
        site.ask(f"{API}{tags}")
    for tags in ("", "&utm_source=a", "&gclid=b"):
        site.ask(f"{API}?sex=F{tags}")
    site.ask(f"{API}?sex=M&utm_source=a")
    assert script.requested == [API, f"{API}?sex=F", f"{API}?sex=M&utm_source=a"]


def test_readers_get_the_stale_copy_while_no_replica_answers(front: StartFront) -> None:
    site = front(1)
    site.ask(PAGE)
    site.replicas[0].status = 502
    time.sleep(2.1)
    assert site.ask(PAGE) == 200


def test_the_api_limits_the_requests_of_one_address(front: StartFront) -> None:
    site = front(1)
    answers = [site.ask(f"{API}?n={number}") for number in range(120)]
    assert 429 in answers
    assert answers.count(200) < 100
    assert site.ask(API, reader="10.0.0.2") == 200
    assert site.ask(PAGE) == 200


def test_the_api_rate_limit_answers_with_a_problem_document(
    front: StartFront,
) -> None:
    site = front(1)
    answers = [site.answer(f"{API}?n={number}") for number in range(60)]
    refused = next(answer for answer in answers if answer.status == HTTPStatus.TOO_MANY_REQUESTS)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "2"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Cache-Control"] == "no-store"


def test_one_address_cannot_fill_the_queue_of_a_replica() -> None:
    (burst,) = re.findall(r"zone=programs burst=(\d+) nodelay;", (NGINX / "nginx.conf").read_text())
    assert int(burst) + 1 < single_flight.MAX_WAITING


def test_a_full_replica_does_not_pass_its_load_to_the_next(front: StartFront) -> None:
    site = front(3)
    for script in site.replicas:
        script.status = 503
    assert site.ask("/sex") == 503
    assert sum(len(script.requested) for script in site.replicas) == 1


def test_a_reader_stays_on_one_replica_and_readers_are_spread_over_all(front: StartFront) -> None:
    site = front(3)
    for number in range(40):
        for _ in range(2):
            site.ask(f"/sex?n={number}", reader=f"10.0.0.{number}")
    assert all(len(script.requested) > 8 for script in site.replicas)
    assert all(script.requested[::2] == script.requested[1::2] for script in site.replicas)


def test_plain_http_redirects_to_https_and_is_not_logged(front: StartFront) -> None:
    site = front(1)
    answer = site.answer("/sex?crime_type=DA", port=site.ports.plain)
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{HOST}/sex?crime_type=DA")
    site.ask("/sex")
    written = (site.folder / "nginx.log").read_text()
    assert '"status":"200"' in written
    assert '"status":"308"' not in written


def test_a_slow_request_is_cut_off_without_delaying_others(front: StartFront) -> None:
    site = front(1, {"client_header_timeout 15s;": "client_header_timeout 2s;"})
    start = time.monotonic()
    with socket.create_connection((HOST, site.ports.http), timeout=0.5) as slow:
        slow.sendall(b"GET /sex HTTP/1.1\r\nHost: site\r\nX-Slow: ")
        while is_open(slow):
            assert site.ask("/sex") == 200
            assert time.monotonic() < start + 10


def is_open(slow: socket.socket) -> bool:
    """Send another byte and return whether the server has kept the connection open."""
    try:
        slow.sendall(b"x")
        return bool(slow.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return nginx's test of the configuration in a folder, including warnings."""
    conf = folder / "nginx.conf"
    conf.write_text(conf.read_text().replace("error_log stderr alert;", "error_log stderr warn;"))
    command = [needs_nginx(), "-t", "-p", str(folder), "-c", str(conf)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nginx_accepts_the_deployed_files_without_a_warning(tmp_path: Path) -> None:
    needs_nginx()
    write_configuration(tmp_path, NginxPorts(*free_ports(3)), free_ports(2))
    checked = check(tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [("no_such_setting on;", "[emerg]"), ("gzip_types text/html;", "[warn]")],
    ids=["unknown", "doubtful"],
)
def test_a_wrong_setting_of_nginx_is_detected(tmp_path: Path, line: str, message: str) -> None:
    needs_nginx()
    write_configuration(tmp_path, NginxPorts(*free_ports(3)), free_ports(1))
    with (tmp_path / "listen.conf").open("a") as file:
        file.write(f"{line}\n")
    assert message in check(tmp_path).stderr


def test_http2_is_configured_for_the_installed_nginx(tmp_path: Path) -> None:
    needs_nginx()
    write_configuration(tmp_path, NginxPorts(1, 2, 3), [4])
    listen = (tmp_path / "listen.conf").read_text()
    assert ("\nhttp2 on;" in listen) == (nginx_version() >= HTTP2_DIRECTIVE)
    assert (f"\nlisten {HOST}:2 ssl http2;" in listen) == (nginx_version() < HTTP2_DIRECTIVE)
