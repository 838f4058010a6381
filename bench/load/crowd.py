"""Many simulated readers: each changes a filter every few seconds, and every answer is checked.

Readers act at fixed times whether or not the site keeps up, and waiting counts from those times. A
slow site therefore cannot look better by receiving fewer requests (coordinated omission).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import product
from statistics import quantiles
from typing import Final

from bench.load.reader import Answer, LoadError, LostError, Tab, offered

TOPICS: Final = ("/nationality", "/age", "/sex", "/crime-type")
ARRIVALS_PER_SECOND: Final = 40
"""Readers that open the site per second before the measurement begins."""

Shown = Mapping[tuple[str, str], str]
"""The content of each page by path and query, as one reader alone saw it."""


@dataclass
class Tally:
    """The results of a crowd: seconds per answer, errors by kind, and traffic.

    A refused reader is an error too. `returned` counts readers who lost their socket and reopened
    the same page.
    """

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    returned: int = 0
    messages: int = 0
    size: int = 0

    def add(self, answer: Answer, waited: float) -> None:
        """Count an answer that took `waited` seconds."""
        self.seconds.append(waited)
        self.messages += answer.messages
        self.size += answer.size

    def percentile(self, percent: int) -> float:
        """Return a percentile of the waiting times in seconds; infinity without answers."""
        if len(self.seconds) <= 1:
            return self.seconds[0] if self.seconds else float("inf")
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


async def survey(address: str, topics: Sequence[str] = TOPICS) -> Shown:
    """Return the content of every view of the topic pages, read by one reader. Warms the caches.

    Raises:
        LoadError: a view was not drawn.
    """
    shown: dict[tuple[str, str], str] = {}
    for path in topics:
        async with await Tab.at(address, path) as tab:
            answer = await tab.load()
            offer = offered(tab)
            for wanted in product(*offer.values()):
                for name, option in zip(offer, wanted, strict=True):
                    if tab.choices[name].value != option:
                        answer = await tab.choose(name, option)
                shown[path, _sorted(answer.query)] = answer.digest
    return shown


def _sorted(query: str) -> str:
    """Return a query with its parameters sorted; the address has them in order of choice."""
    return "&".join(sorted(query.split("&")))


def reader_address(place: int) -> str:
    """Return the IP address of one reader, from the range reserved for benchmarks (RFC 2544).

    >>> reader_address(0), reader_address(700)
    ('198.18.0.0', '198.18.2.188')
    """
    return str(IPv4Address("198.18.0.0") + place)


class Crowd:
    """Simulated readers, each with its own session, page and IP address.

    With `come_back`, a reader who loses the socket reopens the same address and must see the same.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        shown: Shown,
        topics: Sequence[str] = TOPICS,
        *,
        come_back: bool = False,
    ) -> None:
        self._addresses = addresses
        self._shown = shown
        self._topics = topics
        self._come_back = come_back
        self._random = random.Random(7)
        self._tabs: list[Tab] = []
        self._arrived = 0
        self._tally = Tally()

    @property
    def present(self) -> int:
        """The number of connected readers."""
        return len(self._tabs)

    async def grow(self, sessions: int) -> None:
        """Connect readers, a few at a time, up to a total. A refused reader is an error."""
        for first in range(self._arrived, sessions, ARRIVALS_PER_SECOND):
            start = time.perf_counter()
            await asyncio.gather(
                *(
                    self._arrive(place)
                    for place in range(first, min(first + ARRIVALS_PER_SECOND, sessions))
                )
            )
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - start)))
        self._arrived = max(self._arrived, sessions)

    async def _arrive(self, place: int) -> None:
        address = self._addresses[place % len(self._addresses)]
        path = self._topics[place % len(self._topics)]
        try:
            tab = await Tab.at(address, path, reader=reader_address(place))
            await tab.load()
        except LoadError as error:
            self._tally.errors[str(error)] += 1
        else:
            self._tabs.append(tab)

    async def browse(self, every: float, seconds: float) -> Tally:
        """Let every reader change a filter every `every` seconds, for `seconds` seconds.

        Returns the results since the last call, including refused readers.
        """
        now = time.perf_counter() + 0.5
        starts = (now + every * place / max(self.present, 1) for place in range(self.present))
        await asyncio.gather(
            *(
                self._reader(tab, start, every, now + seconds)
                for tab, start in zip(tuple(self._tabs), starts, strict=True)
            )
        )
        tally, self._tally = self._tally, Tally()
        return tally

    async def _reader(self, tab: Tab, moment: float, every: float, end: float) -> None:
        while moment < end:
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            try:
                answer = await self._act(tab)
            except LoadError as error:
                self._tally.errors[str(error)] += 1
                self._tabs.remove(tab)
                await tab.leave()
                return
            self._tally.add(answer, time.perf_counter() - moment)
            moment += every

    async def _act(self, tab: Tab) -> Answer:
        try:
            return await self._change(tab)
        except LostError:
            if not self._come_back:
                raise
        self._compare(tab, await tab.reopen())
        self._tally.returned += 1
        return await self._change(tab)

    async def _change(self, tab: Tab) -> Answer:
        other_options = []
        for name, options in offered(tab).items():
            current = tab.choices[name].value
            other_options += [(name, option) for option in options if option != current]
        name, option = self._random.choice(other_options)
        answer = await tab.choose(name, option)
        self._compare(tab, answer)
        return answer

    def _compare(self, tab: Tab, answer: Answer) -> None:
        """Compare an answer with the one that a single reader saw at the same address."""
        if self._shown.get((tab.path, _sorted(answer.query))) != answer.digest:
            raise LoadError(f"{tab.path} did not show the page that a single reader got.")

    async def leave(self) -> None:
        """Disconnect every reader."""
        await asyncio.gather(*(tab.leave() for tab in self._tabs), return_exceptions=True)
        self._tabs.clear()


@asynccontextmanager
async def crowd(
    addresses: Sequence[str],
    shown: Shown,
    topics: Sequence[str] = TOPICS,
    *,
    come_back: bool = False,
) -> AsyncIterator[Crowd]:
    """Yield a crowd, spread over the addresses, and disconnect it at the end."""
    opened = Crowd(addresses, shown, topics, come_back=come_back)
    try:
        yield opened
    finally:
        await opened.leave()
