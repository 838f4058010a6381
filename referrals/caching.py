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
    entries: int,
    tell_apart: Mapping[Any, Callable[[Any], Hashable]],
    *,
    apart: Callable[..., bool] = lambda *_: False,
) -> Callable[[Making[Made]], Making[Made]]:
    """Return a decorator that keeps what a function makes, for at most so many different arguments.

    `tell_apart` says, by type, what tells one argument from another; where a type is not in it, the argument itself does.
    What was asked for longest ago is forgotten first. What is made of arguments that `apart` is true of has as many places
    of its own, which nothing else can take. Two readers who ask for the same at once wait for one making, and nothing else
    is made meanwhile: never wait for one where others wait for you.
    """

    def keeping(make: Making[Made]) -> Making[Made]:
        some: _Kept[Made] = _Kept(entries)
        set_apart: _Kept[Made] = _Kept(entries)

        @wraps(make)
        def recall(*arguments: Any) -> Made:
            asked = tuple(tell_apart.get(type(one), _itself)(one) for one in arguments)
            if (known := set_apart.look(asked) or some.look(asked)) is not None:
                return known[0]
            with MAKING:
                if (known := set_apart.look(asked) or some.look(asked)) is not None:
                    return known[0]
                return (set_apart if apart(*arguments) else some).keep(asked, make(*arguments))

        return recall

    return keeping


class _Kept(Generic[Made]):
    """What one function has made, the longest unasked first."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._made: OrderedDict[Hashable, tuple[Made]] = OrderedDict()
        self._looking = Lock()

    def look(self, asked: Hashable) -> tuple[Made] | None:
        """Return what was made, by itself in a tuple, or None where it is not there."""
        with self._looking:
            if (known := self._made.get(asked)) is not None:
                self._made.move_to_end(asked)
            return known

    def keep(self, asked: Hashable, fresh: Made) -> Made:
        """Keep what was made, forget what was asked for longest ago where there is no room, and return it."""
        with self._looking:
            self._made[asked] = (fresh,)
            if len(self._made) > self._entries:
                self._made.popitem(last=False)
        return fresh


def _itself(one: Hashable) -> Hashable:
    return one
