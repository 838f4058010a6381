"""One to three replicas of the site behind nginx, on this machine and without privileges.

    python -m bench.servers.cluster --replicas 3 --port 8670

Replicas run the command of the image, and nginx the deployed files. nginx listens for HTTP on the
given port, for TLS with HTTP/2 on port + 9, and redirects to it from port + 8; the replicas use the
ports between. Limits and affinity apply per reader, identified here by `X-Forwarded-For`, so that
a crowd on one machine can give each of its readers an address.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.servers.nginx import (
    HOST,
    PATIENCE,
    NginxPorts,
    is_alive,
    nginx,
    nginx_program,
    stop,
    write_configuration,
)
from referrals.errors import ReferralsError
from referrals.paths import ROOT

IMAGE: Final = ROOT / "deploy" / "Containerfile"
PORT: Final = 8670


class ClusterError(ReferralsError):
    """A replica did not start."""


@dataclass
class Replica:
    """One process that serves the site from a folder; `before` and `after` extend its command."""

    port: int
    log: Path
    folder: Path = ROOT
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """The address of the replica."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start the process without waiting for it."""
        command = [*self.before, *command_of_the_image(self.port), *self.after]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Terminate the process, and kill it if it does not end."""
        stop(self.process)

    def wait(self, patience: float = PATIENCE) -> None:
        """Wait until `/healthz` answers.

        Raises:
            ClusterError: the process ended, or did not answer in time.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if is_alive(self.url):
                return
            time.sleep(0.1)
        raise ClusterError(f"The replica on port {self.port} did not start. Its log is {self.log}.")


@dataclass(frozen=True)
class Cluster:
    """A running cluster: `url` is HTTP, `secure_url` uses a temporary certificate."""

    url: str
    secure_url: str
    certificate: Path
    replicas: tuple[Replica, ...]

    @property
    def pids(self) -> tuple[int, ...]:
        """The process numbers of the replicas."""
        return tuple(replica.process.pid for replica in self.replicas)


@contextmanager
def cluster(replicas: int = 3, port: int = PORT, folder: Path = ROOT) -> Iterator[Cluster]:
    """Run replicas of the site in a folder behind nginx until the block ends.

    Raises:
        NginxError: nginx is not installed, or did not start.
        ClusterError: a replica did not start.
    """
    nginx_program()
    with tempfile.TemporaryDirectory(prefix="referrals-cluster-") as made, ExitStack() as at_end:
        place = Path(made)
        processes = tuple(
            Replica(
                port + 1 + number, place / f"replica-{number + 1}.log", folder, _on_a_core(number)
            )
            for number in range(replicas)
        )
        for replica in processes:
            replica.start()
            at_end.callback(replica.stop)
        for replica in processes:
            replica.wait()
        ports = NginxPorts.after(port)
        write_configuration(place, ports, [replica.port for replica in processes])
        at_end.enter_context(nginx(place, ports))
        yield Cluster(
            f"http://{HOST}:{ports.http}",
            f"https://{HOST}:{ports.tls}",
            place / "tls.crt",
            processes,
        )


def _on_a_core(number: int) -> list[str]:
    """Return the `taskset` prefix that pins a replica to one core, if there is `taskset`."""
    if not (taskset := shutil.which("taskset")):
        return []
    cores = sorted(os.sched_getaffinity(0))
    return [taskset, "-c", str(cores[number % len(cores)])]


def command_of_the_image(port: int) -> list[str]:
    """Return the command of the image for this Python, on a local port."""
    text = IMAGE.read_text(encoding="utf-8").replace("\\\n", "")
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    replacements = {"python": sys.executable, "0.0.0.0": HOST, "8501": str(port)}  # noqa: S104 - replaced
    return [replacements.get(word, word) for word in json.loads(command)]


def main() -> None:
    """Run a cluster until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bench.servers.cluster", description=__doc__)
    parser.add_argument("--replicas", type=int, choices=(1, 2, 3), default=3)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with cluster(options.replicas, options.port) as running:
        print(
            f"{options.replicas} behind {running.url}/ and {running.secure_url}/ "
            "(stop with Ctrl-C)",
            flush=True,
        )
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
