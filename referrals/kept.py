"""What is made once and kept for every reader of this process.

Streamlit's own caches hash every argument anew at each call, and any reader can empty them by a message to the server. These
are looked up by what tells one argument from another, and nobody outside can reach them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from threading import Lock, RLock
from typing import Any, Final, Generic, TypeVar

Made = TypeVar("Made")
Making = Callable[..., Made]

MAKING: Final = RLock()
"""Held by the one thread of the process that makes something: readers who ask for what nobody has made yet wait for one
another, and leave the processor to those who only look."""


def kept(
    entries: int, tell_apart: Mapping[Any, Callable[[Any], Hashable]], *, apart: Callable[..., bool] = lambda *_: False
) -> Callable[[Making[Made]], Making[Made]]:
    """Return a decorator that keeps what a function makes, for at most so many different arguments.

    `tell_apart` says, by type, what tells one argument from another; where a type is not in it, the argument itself does.
    What was asked for longest ago is forgotten first. What is made of arguments that `apart` is true of has as many places
    of its own, which nothing else can take. Two readers who ask for the same at once wait for one making, and nothing else
    is made meanwhile: never wait for one where others wait for you.
    """

    def keeping(make: Making[Made]) -> Making[Made]:
        all_others: _Kept[Made] = _Kept(entries)
        set_apart: _Kept[Made] = _Kept(entries)

        @wraps(make)
        def recall(*arguments: Any) -> Made:
            asked = tuple(tell_apart.get(type(one), _itself)(one) for one in arguments)
            place = set_apart if apart(*arguments) else all_others
            return place.found(asked, lambda: make(*arguments))

        return recall

    return keeping


class _Kept(Generic[Made]):
    """What one function has made, the longest unasked first."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._looking = Lock()

    def found(self, asked: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was asked for; where it is not there, make it while nobody else makes anything."""
        try:
            return self._look(asked)
        except KeyError:
            pass
        with MAKING:
            try:
                return self._look(asked)
            except KeyError:
                return self._keep(asked, make())

    def _look(self, asked: Hashable) -> Made:
        with self._looking:
            self._made.move_to_end(asked)
            return self._made[asked]

    def _keep(self, asked: Hashable, fresh: Made) -> Made:
        with self._looking:
            self._made[asked] = fresh
            if len(self._made) > self._entries:
                self._made.popitem(last=False)
        return fresh


def _itself(one: Hashable) -> Hashable:
    return one
