"""What Streamlit does in every run of the script, and need not: it reads the theme again, and says each thing by itself.

A filter change is one run of some milliseconds, and most of that is Streamlit's. Reading the six parts of the theme anew took
an eighth of it. As much went on waking the thread that sends, once for each of some twenty messages, which then waited for the
threads that draw. `docs/load.md` has what a run costs now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, Final

PATIENCE: Final = 0.05
"""Seconds after which the next thing that is drawn is said, with all before it, and everything from then on as it is drawn."""

Fill = Callable[..., None]
"""A function of Streamlit's that fills in a message of settings: the message, and the name of a part of them, if any."""


def once(fill: Fill) -> Fill:
    """Return a function that fills in the same as `fill`, which it asks only once for each part of the settings.

    They are those of `.streamlit/config.toml` for as long as the site is served: `settings.check` insists on it.
    """
    known: dict[tuple[str, ...], Any] = {}

    @wraps(fill)
    def filled(message: Any, *part: str) -> None:
        if part not in known:
            made = type(message)()
            fill(made, *part)
            known[part] = made
        if known[
            part
        ].ListFields():  # an unset part stays unset: merging nothing into it would set it
            message.MergeFrom(known[part])

    return filled


@contextmanager
def together(
    context: Any,
    *,
    batched: Callable[[list[Any]], Iterable[Any]] = iter,
    patience: float = PATIENCE,
) -> Iterator[None]:
    """Hold what a run says until the block ends, and say it then, in its order; after so many seconds, as it comes.

    `context` is Streamlit's of that run, and `batched` returns what is held as it is to be said. A run that its reader has
    overtaken, or that is stopped, ends where it next says something, as ever, and what is held then is not said: another run
    draws the page anew. One that fails says what it drew before, and its fault is the one that is raised.
    """
    say, held, until = context._enqueue, list[Any](), time.monotonic() + patience  # noqa: SLF001

    def let_go() -> None:
        context._enqueue = say  # noqa: SLF001
        for message in batched(held):
            say(message)
        held.clear()

    def hold(message: Any) -> None:
        context.yield_check()
        held.append(message)
        if time.monotonic() > until:
            let_go()

    context._enqueue = hold  # noqa: SLF001
    try:
        yield
    except Exception:
        with suppress(BaseException):  # it may be overtaken as well
            let_go()
        raise
    except BaseException:  # Streamlit's way to end a run that is stopped or overtaken
        context._enqueue = say  # noqa: SLF001
        raise
    let_go()
