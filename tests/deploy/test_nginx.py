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
from referrals.api import response, single_flight
from referrals.static_site.app import SEARCH_PAGE, TABLE_PAGE
from referrals.web.gateway.limits import Limits
from referrals.web.http import cache_control
from tests.fixtures.nginx_proxy import free_ports, needs_nginx, proxied

PAGE, API = "/lite/sex", "/api/v1/releases"
STALE = "stale-if-error=86400"
"""The directive of Cache-Control that every page and API answer has."""


@dataclass
class Script:
    """The answers of a fake replica, the paths that were requested, and the headers received."""

    status: int = 200
    statuses: dict[str, int] = field(default_factory=dict)
    """The status by the path, if it is another one."""

    cache_control: str = f"public, max-age=1, {STALE}"
    vary: str = "accept-encoding"
    requested: list[str] = field(default_factory=list)
    received: list[Mapping[str, str]] = field(default_factory=list)


@contextmanager
def replica() -> Iterator[tuple[Script, int]]:
    """Serve a fake replica that is always alive; yield its script and its port."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # nginx would wait 40 ms for the body of each answer

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_health = self.path == "/healthz"
            if not is_health:
                script.requested.append(self.path)
                script.received.append({**self.headers})
            body = b'{"status": "alive"}' if is_health else b"page"
            status = 200 if is_health else script.statuses.get(self.path, script.status)
            self.send_response(status)
            self.send_header("Cache-Control", script.cache_control if status == 200 else "no-store")
            self.send_header("Vary", script.vary)
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

    def copies(self) -> list[Path]:
        """Return the files of the caches."""
        return [path for path in self.folder.glob("cache-*/**/*") if path.is_file()]

    def answer(
        self,
        path: str,
        *,
        reader: str = "10.0.0.1",
        port: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(HOST, port or self.ports.http, timeout=10)
        sent = {"X-Forwarded-For": reader, **(headers or {})}
        connection.request("GET", path, body, sent)
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


@pytest.mark.parametrize(
    "statuses",
    [
        (404, 410, 503, 404),
        *(
            pytest.param(statuses, marks=pytest.mark.slow)
            for statuses in ((410, 503, 404, 410), (503, 404, 410, 503))
        ),
    ],
)
def test_a_withdrawn_release_is_gone_once_its_cached_copy_expires(
    front: StartFront, statuses: tuple[int, ...]
) -> None:
    assert all(STALE in sent for sent in (cache_control.ONE_MINUTE, response.SHORT_CACHE))
    withdrawn = dict(zip((PAGE, API, "/s/1", "/feed.atom"), statuses, strict=True))
    site = front(1)
    (script,) = site.replicas
    for path in withdrawn:
        assert [site.ask(path) for _ in range(3)] == [200, 200, 200]
        assert script.requested.count(path) < 3
    script.statuses = withdrawn
    time.sleep(2.1)
    for path, status in withdrawn.items():
        assert [site.ask(path), site.ask(path)] == [status, status]


def test_an_immutable_copy_is_gone_when_the_cache_is_emptied(front: StartFront) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=31536000, immutable"
    assert [site.ask(API), site.ask(API)] == [200, 200]
    script.status = 404
    assert site.ask(API) == 200
    copies = site.copies()
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
    for tags in ("", "", "?utm_source=a", "?fbclid=b&utm_medium=c", "?_gl=1&"):
        site.ask(f"{API}{tags}")
    for tags in ("", "", "&utm_source=a", "&gclid=b"):
        site.ask(f"{API}?sex=F{tags}")
    for _ in range(2):
        site.ask(f"{API}?sex=M&utm_source=a")
    assert script.requested == [
        *[API] * 2,
        *[f"{API}?sex=F"] * 2,
        *[f"{API}?sex=M&utm_source=a"] * 2,
    ]


ODD = [
    {"Host": f"localhost:{port}", "Accept-Encoding": f"gzip;q=0.{port}, x-{port}"}
    for port in range(1, 31)
]
"""Headers that name the same site and the same coding, each in its own way."""


@pytest.mark.parametrize("path", ["/static/js/index.js", PAGE, "/feed.atom"])
def test_no_query_host_or_encoding_multiplies_the_copies_of_a_file(
    front: StartFront, path: str
) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=60"
    for number, headers in enumerate(ODD):
        assert site.answer(f"{path}?n={number}", headers=headers).status == 200
    assert script.requested == [path]
    assert len(site.copies()) == 1


def test_a_file_has_a_copy_for_each_coding_and_the_replica_is_asked_for_it_by_name(
    front: StartFront,
) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=60"
    wanted = {
        "gzip, deflate, br, zstd": "br",
        "br;q=1.0, gzip;q=0.8": "br",
        "gzip": "gzip",
        "": "",
        "brotli": "",
        "identity": "",
        "br;q=0": "",
        "gzip, br;q=0.0": "",
    }
    for _ in range(2):
        for accepted in wanted:
            site.answer("/static/js/index.js", headers={"Accept-Encoding": accepted})
    asked = [received.get("Accept-Encoding", "") for received in script.received]
    assert asked == list(dict.fromkeys(wanted.values()))
    assert len(site.copies()) == 3


def test_different_spellings_of_an_address_have_one_copy_of_the_same_answer(
    front: StartFront,
) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=60"
    for path in ("/lite/sex", "/lite//sex", "/lite/%73ex", "/lite/x/../sex"):
        site.ask(path)
    assert script.requested == ["/lite/sex"]


def test_the_light_table_has_its_query(front: StartFront) -> None:
    site = front(1)
    for query in ("rows=sex", "rows=age"):
        site.ask(f"{TABLE_PAGE}?{query}")
    assert site.replicas[0].requested == [f"{TABLE_PAGE}?rows=sex", f"{TABLE_PAGE}?rows=age"]


@pytest.mark.parametrize("path", ["/search", "/vi/search", SEARCH_PAGE])
def test_the_words_of_a_search_reach_the_replica_and_no_cache(front: StartFront, path: str) -> None:
    site = front(1)
    for _ in range(3):
        site.ask(f"{path}?q=women")
    assert site.replicas[0].requested == [f"{path}?q=women"] * 3


def test_a_language_in_an_address_changes_no_limit_and_no_cache(front: StartFront) -> None:
    site = front(1)
    (script,) = site.replicas
    for path in ("/vi/s/E024", "/zh-Hans/nationality/VNM", "/ur/briefing/sheet.pdf"):
        asked = [site.ask(path) for _ in range(4)]
        assert (set(asked), script.requested.count(path)) == ({200}, 2), path
    slides = "/bn/present/slides.pptx"
    assert 429 in {site.ask(slides, reader="10.0.0.2") for _ in range(40)}
    text = b"a" * 32 * 1024
    assert site.answer("/ur/claims", body=text).status == 200
    assert site.answer("/ur/age", body=text).status == 413


def test_an_escaped_line_break_in_an_address_adds_no_header(front: StartFront) -> None:
    site = front(1)
    site.ask("/static/a%0d%0aX-Reader-Group:%207%0d%0a")
    for received in site.replicas[0].received:
        assert "\r" not in "".join(received)
        assert received["X-Reader-Group"].isdigit()
    assert all("%0D%0A" in path for path in site.replicas[0].requested)


def test_one_request_leaves_no_copy_of_an_api_answer(front: StartFront) -> None:
    site = front(1)
    (script,) = site.replicas
    script.cache_control = "public, max-age=60"
    for number in range(10):
        site.ask(f"{API}?n={number}")
    assert site.copies() == []


def test_each_kind_of_answer_has_a_cache_of_its_own() -> None:
    text = (NGINX / "nginx.conf").read_text()
    zones = re.findall(r"keys_zone=(\w+):", text)
    assert set(re.findall(r"proxy_cache (\w+);", text)) == set(zones)
    assert len(zones) == 4


def test_the_caches_leave_room_in_the_folder_of_nginx() -> None:
    text = (NGINX / "nginx.conf").read_text()
    together = sum(map(int, re.findall(r"max_size=(\d+)m", text)))
    (room,) = re.findall(
        r"size=(\d+)m", (NGINX.parent / "compose.yaml").read_text().partition("  nginx:")[2]
    )
    (same,) = re.findall(
        r"sizeLimit: (\d+)Mi", (NGINX.parent / "kubernetes" / "nginx.yaml").read_text()
    )
    assert room == same
    assert together < int(room) * 2 / 3
    assert "proxy_max_temp_file_size 0;" in text


def test_another_host_name_is_refused_by_nginx(front: StartFront) -> None:
    site = front(1)
    for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.7"):
        assert site.answer(PAGE, headers={"Host": host}).status == 421
    assert site.replicas[0].requested == []


def test_a_replica_learns_the_group_of_a_reader_and_no_address(front: StartFront) -> None:
    site = front(1)
    (script,) = site.replicas
    forged = {"X-Reader-Group": "forged", "X-Real-IP": "10.9.9.9"}
    for number in range(60):
        site.answer(f"/sex?n={number}", reader=f"10.0.1.{number}", headers=forged)
        site.answer(f"/sex?n={number}", reader=f"10.0.1.{number}", headers=forged)
    groups = [received["X-Reader-Group"] for received in script.received]
    assert groups[::2] == groups[1::2]
    assert set(groups) <= {str(number) for number in range(1, 51)}
    assert len(set(groups)) > 20
    assert not any("10." in value for received in script.received for value in received.values())


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::7", True),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_the_addresses_of_one_ipv6_connection_are_one_reader(
    front: StartFront, first: str, second: str, *, is_same: bool
) -> None:
    site = front(1, {"rate=10r/s;\n    limit_conn_status": "rate=1r/m;\n    limit_conn_status"})
    answers = [site.ask(API, reader=first) for _ in range(20)]
    assert 429 in answers
    assert (site.ask(API, reader=second) == 429) is is_same


def test_one_address_holds_a_tenth_of_the_sockets_of_a_replica() -> None:
    (most,) = re.findall(r"limit_conn sockets (\d+);", (NGINX / "nginx.conf").read_text())
    assert int(most) <= Limits().sockets // 10


@pytest.mark.slow
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
    bursts = re.findall(r"zone=programs burst=(\d+) nodelay;", (NGINX / "nginx.conf").read_text())
    assert bursts
    assert all(int(burst) + 1 < single_flight.MAX_WAITING for burst in bursts)


def test_a_full_replica_does_not_pass_its_load_to_the_next(front: StartFront) -> None:
    site = front(3)
    for script in site.replicas:
        script.status = 503
    assert site.ask("/sex") == 503
    assert sum(len(script.requested) for script in site.replicas) == 1


def test_a_reader_stays_on_one_replica_and_readers_are_spread_over_all(front: StartFront) -> None:
    site = front(3)
    # The places of replicas on the hash ring depend on their ports, so the shares differ from run
    # to run. Of 40 readers, a replica can have four or fewer.
    for number in range(100):
        for _ in range(2):
            site.ask(f"/sex?n={number}", reader=f"10.0.0.{number}")
    assert all(len(script.requested) > 20 for script in site.replicas)
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
    site = front(1, {"client_header_timeout 15s;": "client_header_timeout 1s;"})
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
