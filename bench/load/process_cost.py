"""Processor time, memory and open files of a process, from /proc. Linux only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")


def processor_seconds(pid: int) -> float:
    """Return the processor seconds of a process so far, in all its threads."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = (PROC / str(pid) / "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def open_files(pid: int) -> int:
    """Return the number of open files and sockets of a process."""
    return len(list((PROC / str(pid) / "fd").iterdir()))
