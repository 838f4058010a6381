"""nginx on this machine and without privileges, with the deployed configuration."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from referrals.errors import ReferralsError
from referrals.paths import ROOT

NGINX: Final = ROOT / "deploy" / "nginx"
HOST: Final = "127.0.0.1"
PATIENCE: Final = 120.0
READERS: Final = f"set_real_ip_from {HOST};\nreal_ip_header X-Forwarded-For;\n"
HTTP2_DIRECTIVE: Final = (1, 25, 1)
"""The first nginx with a separate `http2` directive, which warns about `listen ... http2`."""


class NginxError(ReferralsError):
    """nginx is not installed, or did not start."""


@dataclass(frozen=True)
class NginxPorts:
    """The ports of nginx: HTTP for tests, TLS, and the redirect to TLS."""

    http: int
    tls: int
    plain: int

    @classmethod
    def after(cls, port: int) -> NginxPorts:
        """Return the ports that begin at `port`."""
        return cls(port, port + 9, port + 8)


@contextmanager
def nginx(folder: Path, ports: NginxPorts) -> Iterator[None]:
    """Run nginx from a folder with its configuration, until the block ends.

    Raises:
        NginxError: it did not start, or no replica is alive.
    """
    command = [
        nginx_program(),
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-g",
        f"daemon off; {_user_directive()}",
    ]
    with (folder / "nginx.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for_nginx(process, f"http://{HOST}:{ports.http}")
        yield
    finally:
        stop(process)


def nginx_program() -> str:
    """Return the path of nginx.

    Raises:
        NginxError: it is not installed.
    """
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    if found := shutil.which("nginx", path=path):
        return found
    raise NginxError("nginx is not installed. On Debian: apt-get install nginx")


def nginx_version() -> tuple[int, ...]:
    """Return the version of nginx.

    Raises:
        NginxError: it is not installed.
    """
    output = subprocess.run(
        [nginx_program(), "-v"], capture_output=True, text=True, check=True
    ).stderr
    return tuple(int(part) for part in re.findall(r"\d+", output)[:3])


def write_configuration(folder: Path, ports: NginxPorts, replicas: Sequence[int]) -> None:
    """Write the deployed configuration into a folder, for this machine, and a certificate.

    Raises:
        NginxError: nginx is not installed.
    """
    for shared in ("nginx.conf", "groups.conf"):
        shutil.copy(NGINX / shared, folder)
    deployed = {
        name: (NGINX / f"{name}.conf").read_text(encoding="utf-8")
        for name in ("listen", "names", "plain", "replicas")
    }
    listen = deployed["listen"].replace("/etc/nginx/tls", str(folder))
    listen = listen.replace(
        "\nlisten 8443 ssl;", f"\nlisten {HOST}:{ports.http};\nlisten {HOST}:{ports.tls} ssl;"
    )
    if nginx_version() < HTTP2_DIRECTIVE:
        listen = listen.replace("\nhttp2 on;", "").replace(" ssl;\n", " ssl http2;\n")
    (folder / "listen.conf").write_text(listen + READERS, encoding="utf-8")
    names = re.sub(r"server_name .*;", f"server_name {HOST} localhost;", deployed["names"])
    (folder / "names.conf").write_text(names, encoding="utf-8")
    (folder / "plain.conf").write_text(
        deployed["plain"].replace("8080", f"{HOST}:{ports.plain}"), encoding="utf-8"
    )
    (folder / "replicas.conf").write_text(
        _with_local_replicas(deployed["replicas"], replicas), encoding="utf-8"
    )
    _write_certificate(folder)


def _with_local_replicas(deployed: str, replicas: Sequence[int]) -> str:
    """Return replicas.conf with local replicas, each with the settings of the first."""
    lines = deployed.splitlines()
    first = next(line for line in lines if line.strip().startswith("server "))
    place = lines.index(first)
    others = [line for line in lines if not line.strip().startswith("server ")]
    servers = [re.sub(r"server \S+", f"server {HOST}:{port}", first) for port in replicas]
    return "\n".join([*others[:place], *servers, *others[place:], ""])


def is_alive(url: str) -> bool:
    """Return whether our `/healthz` answers; the status is not enough, as Streamlit sends 200."""
    try:
        answer = httpx.get(f"{url}/healthz", timeout=2)
        return bool(answer.json().get("status") == "alive")
    except (httpx.HTTPError, ValueError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Terminate a process, and kill it if it does not end."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _user_directive() -> str:
    """Return the `user` directive that lets nginx write to the folder if root starts it."""
    return "user root;" if os.geteuid() == 0 else ""


def _write_certificate(folder: Path) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
    ]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def _wait_for_nginx(nginx: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while nginx.poll() is None and time.monotonic() < until:
        if is_alive(url):
            return
        time.sleep(0.05)
    raise NginxError(f"nginx did not start on {url}. Is the port in use?")
