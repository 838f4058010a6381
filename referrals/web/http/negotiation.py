"""The one parser of `Accept` and `Accept-Encoding` headers (RFC 9110, 12.4.2).

Called by `content_encoding` and by the API, so that the two agree about malformed weights.
"""

from __future__ import annotations

import re
from typing import Final

_WEIGHT: Final = re.compile(r"[01]\.?|[01]?\.[0-9]+")
"""More lenient than the RFC (a digit, then three decimals): Java's own client sends `q=.2`."""


def preferences(header: str) -> list[tuple[str, float]]:
    """Return each choice of a header in lower case with its weight, the highest weight first.

    Weights are from 0 to 1. Choices of equal weight keep the order of the header. A weight of 0
    means *not acceptable*, so such a choice stays in the list. A choice with a malformed weight
    is dropped. Parameters other than `q` are ignored.

    >>> preferences("text/html;q=0.5, TEXT/CSV, */*;q=0, image/png;q=high")
    [('text/csv', 1.0), ('text/html', 0.5), ('*/*', 0.0)]
    """
    found = []
    for element in header.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        weight = _weight(parameters)
        if name and weight is not None:
            found.append((name, weight))
    return sorted(found, key=lambda choice: -choice[1])


def _weight(parameters: list[str]) -> float | None:
    """Return the weight among the parameters of a choice: 1 by default, None if malformed."""
    for parameter in parameters:
        name, _, value = (part.strip() for part in parameter.partition("="))
        if name == "q":
            is_weight = _WEIGHT.fullmatch(value) and float(value) <= 1
            return float(value) if is_weight else None
    return 1.0
