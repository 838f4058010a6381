"""What Streamlit does in every run of the script, and need not: it reads the theme again, and says each thing by itself.

A filter change is one run of some milliseconds, and most of that is Streamlit's. Reading the six parts of the theme anew took
an eighth of it. As much went on waking the thread that sends, once for each of some twenty messages, which then waited for the
thread that draws. `docs/load.md` has what a run costs now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

PATIENCE: Final = 0.05
"""Seconds for which what is drawn is held back. A page that takes longer appears as it is drawn."""

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
            known[part] = type(message)()
            fill(known[part], *part)
        if known[part].ListFields():  # an unset part stays unset: merging nothing into it would set it
            message.MergeFrom(known[part])

    return filled


@contextmanager
def together(context: Any, patience: float = PATIENCE) -> Iterator[None]:
    """Hold what a run says until the block ends, however it ends, and say it then, in its order.

    `context` is Streamlit's of that run. After so many seconds everything is said as it comes. Streamlit looks whether the
    reader has overtaken a run when that says something, and stops it there.
    """
    say, held, until = context._enqueue, list[Any](), time.monotonic() + patience  # noqa: SLF001

    def let_go() -> None:
        context._enqueue = say  # noqa: SLF001
        for message in held:
            say(message)

    def hold(message: Any) -> None:
        held.append(message)
        if time.monotonic() > until:
            let_go()

    context._enqueue = hold  # noqa: SLF001
    try:
        yield
    finally:
        if context._enqueue is hold:  # noqa: SLF001
            let_go()
