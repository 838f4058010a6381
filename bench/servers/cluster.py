"""One, two or three replicas of the site behind nginx, on this machine only and without any privilege.

    python -m bench.servers.cluster --replicas 3 --port 8670

Replicas run the command of the image, and nginx the very files that are deployed. It listens on the port given, with TLS and
HTTP/2 on the ninth after it, and sends there from the eighth; the replicas are on the ports between. Limits and affinity are
for each reader, and here a reader is whoever a request's `X-Forwarded-For` says: a crowd on one machine gives each of its
readers an address of its own.
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
    Doors,
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
    """One process that serves the site from a folder; `before` and `after` stand before and after its command."""

    port: int
    log: Path
    folder: Path = ROOT
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start the process; it does not answer yet."""
        command = [*self.before, *command_of_the_image(self.port), *self.after]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """End the process at once, as a machine that is lost does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask the process to end, and end it where it does not."""
        stop(self.process)

    def wait(self, patience: float = PATIENCE) -> None:
        """Return when the process is alive, by the body that only our health answer has.

        Raises:
            ClusterError: it ended, or was not alive in time.
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
def cluster(replicas: int = 3, port: int = PORT, folder: Path = ROOT) -> Iterator[Cluster]:
    """Give replicas of the site in a folder behind nginx, all alive; every process is gone when the block ends.

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
        for one in processes:
            one.start()
            at_end.callback(one.stop)
        for one in processes:
            one.wait()
        doors = Doors.after(port)
        write_configuration(place, doors, [one.port for one in processes])
        at_end.enter_context(nginx(place, doors))
        yield Cluster(
            f"http://{HOST}:{doors.http}",
            f"https://{HOST}:{doors.tls}",
            place / "tls.crt",
            processes,
        )


def _on_a_core(number: int) -> list[str]:
    """Return the command that keeps a replica on one core, as it is sized; none where the system has no such command."""
    if not (taskset := shutil.which("taskset")):
        return []
    cores = sorted(os.sched_getaffinity(0))
    return [taskset, "-c", str(cores[number % len(cores)])]


def command_of_the_image(port: int) -> list[str]:
    """Return the command that the image runs, for this Python and a port of this machine only."""
    said = IMAGE.read_text(encoding="utf-8").replace("\\\n", "")
    (command,) = re.findall(r"^CMD (\[.*\])$", said, re.MULTILINE)
    here = {"python": sys.executable, "0.0.0.0": HOST, "8501": str(port)}
    return [here.get(word, word) for word in json.loads(command)]


def main() -> None:
    """Run a cluster until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bench.servers.cluster", description=__doc__)
    parser.add_argument("--replicas", type=int, choices=(1, 2, 3), default=3)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with cluster(options.replicas, options.port) as running:
        print(
            f"{options.replicas} behind {running.url}/ and {running.secure_url}/ (stop with Ctrl-C)",
            flush=True,
        )
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
