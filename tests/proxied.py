"""nginx for the tests, with the deployed configuration, in front of whatever a test serves."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.bench.nginx import HOST, Doors, NginxError, nginx, nginx_program, write_configuration


def needs_nginx() -> str:
    """Return where nginx is. In CI its absence is a failure; elsewhere the test is skipped."""
    try:
        return nginx_program()
    except NginxError as error:
        return (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


def free_ports(many: int) -> list[int]:
    """Return ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(many)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def proxied(folder: Path, replicas: Sequence[int], *, instead: Mapping[str, str] | None = None) -> Iterator[Doors]:
    """Run nginx in front of what listens on these ports, until the block ends. Something behind it must be alive.

    A setting that is deployed may have another `instead`, such as a shorter time.
    """
    needs_nginx()
    doors = Doors(*free_ports(3))
    write_configuration(folder, doors, replicas)
    conf = folder / "nginx.conf"
    for deployed, other in (instead or {}).items():
        said = conf.read_text()
        assert said.count(deployed) == 1, f"{deployed} is not deployed"
        conf.write_text(said.replace(deployed, other))
    with nginx(folder, doors):
        yield doors
