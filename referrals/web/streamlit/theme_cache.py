"""The theme and the settings, read once for all runs of the script.

Streamlit reads the six parts of the theme again in every run, for every session, which took an eighth of the processor time of
a change of a filter. `streamlit_setup` puts `once` round the two functions that do so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

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
