"""The proof of a rounded release, checked again by addition while the release is served.

The releases page offers it to readers (`api/history/verification_page`). A witness is a table of
whole numbers that agrees with everything published. Each is added up over all sums, as `verify.py`
of the release does. No code of a release is run here: a release is data, and a check that came with
it would prove nothing to a reader of this site.

Readers can't load the server with it: an edition is verified once in a process, one at a time, in
bounded time and memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from typing import Final

import pyarrow as pa
from cachetools import LRUCache

from referrals.errors import ReleaseError
from referrals.release import files
from referrals.release.proof import CELLS, WITNESSES, Fault, Proof, unfinished
from referrals.release.release import Release
from referrals.release.sums import Sums

MAX_SECONDS: Final = 25.0
"""The time limit. The worked example takes 3 seconds of a processor; the proxy waits for 30."""

MAX_SUMS: Final = 2_000_000
"""The most sums that are added up, which bounds the memory. The worked example has 327,600."""

RETRY_SECONDS: Final = 600.0
"""The seconds after a verification that was not finished before the next one may start."""


@dataclass(frozen=True)
class Verification:
    """The result of a verification.

    Attributes:
        numbers: how many published numbers were added up again.
        witnesses: how many witnesses were added up.
        sums: how many sums could be a small count, as far as anybody can tell.
        known: how many sums are known to be larger than the numbers of their cells tell.
        faults: how many things are wrong, by kind; empty if the proof holds.
        finished_at: when it ended (UTC).
        seconds: how long it took.
    """

    numbers: int
    witnesses: int
    sums: int
    known: int
    faults: Mapping[Fault, int]
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults


def can_verify(release: Release) -> bool:
    """Return whether a release has witnesses of a kind that is verified here."""
    return release.about.is_additive and WITNESSES in release.files


_RESULTS: Final[LRUCache[str, Verification]] = LRUCache(16)
_FAILURES: Final[LRUCache[str, tuple[float, ReleaseError]]] = LRUCache(16)
_ONE_AT_A_TIME: Final = Lock()


def verified(release: Release) -> Verification:
    """Return the verification of a release, made once for each edition. Thread-safe.

    Raises:
        UnfinishedError: it was not finished in bounded time and memory.
        ReleaseError: the witnesses cannot be read. After either, it is not tried again for ten
            minutes.
    """
    with _ONE_AT_A_TIME:
        if found := _RESULTS.get(release.digest):
            return found
        until, failure = _FAILURES.get(release.digest, (0.0, None))
        if failure and monotonic() < until:
            raise type(failure)(str(failure))
        try:
            result = verify(release, max_seconds=MAX_SECONDS)
        except ReleaseError as error:
            _FAILURES[release.digest] = monotonic() + RETRY_SECONDS, error
            raise
        _RESULTS[release.digest] = result
        return result


def verify(release: Release, *, max_seconds: float) -> Verification:
    """Return the verification of a release.

    Raises:
        UnfinishedError: it was not finished in bounded time and memory.
        ReleaseError: the witnesses cannot be read, or have other codes than the release.
    """
    started = monotonic()
    rules = files.manifest(release)["disclosure_control"]
    sums = Sums(rules["quarters"], files.manifest(release)["codelists"])
    if sums.count > MAX_SUMS:
        raise unfinished(release)
    try:
        checked = Proof(release, sums, rules, deadline=started + max_seconds).check()
    except (KeyError, ValueError, OSError, EOFError, pa.ArrowInvalid) as error:
        raise ReleaseError(
            f"{CELLS} or {WITNESSES} of the release {release.about.release_id} cannot be read, or "
            "has a code that the release does not list. Download them and run verify.py to see it."
        ) from error
    return Verification(**checked, seconds=monotonic() - started)
