"""One, two or three replicas of the site behind nginx, on this machine only and without any privilege.

    python -m tests.bench.cluster --replicas 3 --port 8670

nginx runs the very file that is deployed. It listens on the port given, and with TLS and HTTP/2 on the ninth after it; the
replicas are on the ports between. Limits and affinity are for each reader, and here a reader is whoever a request's
`X-Forwarded-For` says: a crowd on one machine gives each of its readers an address of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from referrals.errors import ReferralsError
from referrals.places import ROOT

NGINX: Final = ROOT / "deploy" / "nginx"
HOST: Final = "127.0.0.1"
PORT: Final = 8670
TLS_AFTER: Final = 9
PATIENCE: Final = 120.0
REPLICA: Final = "server {host}:{port} max_fails=1 fail_timeout=5s;"
LISTEN: Final = """\
listen {host}:{port};
listen {host}:{tls} ssl http2;
ssl_certificate {folder}/tls.crt;
ssl_certificate_key {folder}/tls.key;
set_real_ip_from {host};
real_ip_header X-Forwarded-For;
"""


class ClusterError(ReferralsError):
    """The replicas or nginx did not start."""


@dataclass
class Replica:
    """One process that serves the site."""

    port: int
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start the process; it does not answer yet."""
        command = [sys.executable, "-m", "uvicorn", "app:app", "--host", HOST, "--port", str(self.port), "--no-access-log"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def kill(self) -> None:
        """End the process at once, as a machine that is lost does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask the process to end, and end it where it does not."""
        _stop(self.process)

    def wait(self, patience: float = PATIENCE) -> None:
        """Return when the process is alive, by the body that only our health answer has.

        Raises:
            ClusterError: it ended, or was not alive in time.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if is_alive(f"http://{HOST}:{self.port}"):
                return
            time.sleep(0.1)
        raise ClusterError(f"The replica on port {self.port} did not start. Its log is {self.log}.")


@dataclass(frozen=True)
class Cluster:
    """What runs: `url` is plain HTTP, `secure_url` has a certificate made for this run, whose file is `certificate`."""

    url: str
    secure_url: str
    certificate: Path
    replicas: tuple[Replica, ...]

    @property
    def pids(self) -> tuple[int, ...]:
        """The process numbers of the replicas."""
        return tuple(one.process.pid for one in self.replicas)


@contextmanager
def cluster(replicas: int = 3, port: int = PORT) -> Iterator[Cluster]:
    """Give replicas behind nginx, all alive; every process is gone when the block ends.

    Raises:
        ClusterError: nginx is not installed, or something did not start.
    """
    program = nginx_program()
    with tempfile.TemporaryDirectory(prefix="referrals-cluster-") as made, ExitStack() as at_end:
        folder = Path(made)
        processes = tuple(Replica(port + 1 + place, folder / f"replica-{place + 1}.log") for place in range(replicas))
        for one in processes:
            one.start()
            at_end.callback(one.stop)
        write_configuration(folder, port, [one.port for one in processes])
        for one in processes:
            one.wait()
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", f"daemon off; {_as_whom()}"]
        with (folder / "nginx.log").open("ab") as log:
            nginx = subprocess.Popen(command, stdout=log, stderr=log)
        at_end.callback(_stop, nginx)
        url = f"http://{HOST}:{port}"
        _wait_for_nginx(nginx, url)
        yield Cluster(url, f"https://{HOST}:{port + TLS_AFTER}", folder / "tls.crt", processes)


def nginx_program() -> str:
    """Return where nginx is.

    Raises:
        ClusterError: it is not installed.
    """
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    if found := shutil.which("nginx", path=path):
        return found
    raise ClusterError("nginx is not installed. On Debian: apt-get install nginx")


def write_configuration(folder: Path, port: int, replicas: list[int]) -> None:
    """Write the deployed nginx.conf into a folder, with replicas, ports and a certificate of this machine beside it."""
    shutil.copy(NGINX / "nginx.conf", folder)
    servers = "\n    ".join(REPLICA.format(host=HOST, port=one) for one in replicas)
    deployed = (NGINX / "replicas.conf").read_text(encoding="utf-8").splitlines()
    kept = [line for line in deployed if not line.strip().startswith(("server ", "}"))]
    (folder / "replicas.conf").write_text("\n".join([*kept, f"    {servers}", "}", ""]), encoding="utf-8")
    listen = LISTEN.format(host=HOST, port=port, tls=port + TLS_AFTER, folder=folder)
    (folder / "listen.conf").write_text(listen, encoding="utf-8")
    _write_certificate(folder)


def is_alive(url: str) -> bool:
    """Return whether the site itself answers: Streamlit's own page is a 200 as well."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(json.load(answer).get("status") == "alive")
    except (OSError, ValueError):
        return False


def _as_whom() -> str:
    """Return the setting with which nginx can write in the folder: started by root, it would work as somebody else."""
    return "user root;" if os.geteuid() == 0 else ""


def _write_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def _wait_for_nginx(nginx: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while nginx.poll() is None and time.monotonic() < until:
        if is_alive(url):
            return
        time.sleep(0.05)
    raise ClusterError(f"nginx did not start on {url}. Is the port in use?")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Run a cluster until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cluster", description=__doc__)
    parser.add_argument("--replicas", type=int, choices=(1, 2, 3), default=3)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with cluster(options.replicas, options.port) as running:
        print(f"{options.replicas} behind {running.url}/ and {running.secure_url}/ (stop with Ctrl-C)", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
