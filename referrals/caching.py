"""A process-wide cache for results that every reader shares.

The cards, the dashboard and the release metadata use it. Streamlit's own caches hash every
argument anew at each call, and any reader can clear them by a message to the server. Here a key is
cheap (a release is its digest), and no reader can reach it.

English has a space of its own, and all other languages share one of the same size: no reader gets
words of another language, nobody evicts what readers of English need, and the memory is at most
doubled however many languages there are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial, wraps
from threading import Lock, RLock
from typing import Any, Final, TypeVar

import cachetools

from referrals import language

Result = TypeVar("Result")
Function = Callable[..., Result]

COMPUTING: Final = RLock()
"""Held by the only thread that computes a missing entry, whichever function it belongs to. It
leaves the processor to readers whose entries exist. It is reentrant because one cached function
may call another."""


def cached(
    entries: int,
    keys: Mapping[Any, Callable[[Any], Hashable]],
    *,
    separate: Callable[..., bool] | None = None,
    has_words: bool = True,
) -> Callable[[Function[Result]], Function[Result]]:
    """Return a decorator that caches results and evicts the least recently used one.

    Several threads that miss the same entry wait for one computation. Never wait for another
    thread inside a cached function.

    Args:
        entries: the number of results to keep.
        keys: the function that gives the cache key of a type. Other arguments are their own key.
        separate: if true of the arguments, the result goes into a second space of as many entries.
        has_words: whether the result depends on the language. Numbers and codes do not.
    """

    def decorate(function: Function[Result]) -> Function[Result]:
        make = partial(_cached, entries, keys)
        common = _by_language(function, make) if has_words else make(function)
        if separate is None:
            return common
        reserved = _by_language(function, make) if has_words else make(function)

        @wraps(function)
        def lookup(*arguments: Any) -> Result:
            return (reserved if separate(*arguments) else common)(*arguments)

        return lookup

    return decorate


def _by_language(
    function: Function[Result], make: Callable[[Function[Result]], Function[Result]]
) -> Function[Result]:
    """Return a function with one cache for English and one for all other languages."""

    def in_language(code: str, *arguments: Any) -> Result:
        with language.using(code):
            return function(*arguments)

    in_english, in_others = make(function), make(wraps(function)(in_language))

    @wraps(function)
    def lookup(*arguments: Any) -> Result:
        if language.is_english():
            return in_english(*arguments)
        return in_others(language.current(), *arguments)

    return lookup


def _cached(
    entries: int, keys: Mapping[Any, Callable[[Any], Hashable]], function: Function[Result]
) -> Function[Result]:
    def key(*arguments: Any) -> Hashable:
        return tuple(keys.get(type(value), _itself)(value) for value in arguments)

    cache: cachetools.LRUCache[Hashable, Result] = cachetools.LRUCache(entries)
    look_up = cachetools.cached(cache, key=key, lock=Lock())
    # Looked up again once it is this thread's turn: another may have computed the entry meanwhile.
    compute_if_missing = look_up(function)

    @wraps(function)
    def take_turn(*arguments: Any) -> Result:
        with COMPUTING:
            return compute_if_missing(*arguments)

    return look_up(take_turn)


def _itself(value: Hashable) -> Hashable:
    return value
