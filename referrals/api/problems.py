"""What is wrong with a request, as a problem document (RFC 9457): a sentence for a person, and the choices for a program."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from referrals.errors import ReferralsError

MEDIA_TYPE: Final = "application/problem+json"
DOCUMENTED: Final = "/api/v1/docs"

KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "unknown-parameter": (400, "There is no such parameter"),
    "repeated-parameter": (400, "A parameter is given more than once"),
    "unknown-code": (400, "There is no such code"),
    "not-a-number": (400, "A whole number was expected"),
    "too-many-cells": (400, "The answer would be too long"),
    "past-the-last": (400, "There are not so many"),
    "no-cells": (400, "There is no such cell"),
    "not-in-parts": (400, "It is not given in parts"),
    "no-such-address": (404, "There is nothing at this address"),
    "unknown-release": (404, "There is no such release"),
    "unknown-file": (404, "The release has no such file"),
    "unknown-version": (404, "This version is not served here"),
    "no-certificate": (404, "The release has no certificate"),
    "method-not-allowed": (405, "Data can only be read"),
    "no-such-format": (406, "It is not available in this format"),
    "withdrawn": (410, "The figures have been withdrawn"),
    "address-too-long": (414, "The address is too long"),
    "not-ready": (503, "The figures cannot be served at the moment"),
    "busy": (503, "Too many answers are being made at once"),
}
"""The status and the title of every kind of problem. Its address ends in its name, and explains it to a person."""

LONGEST_QUOTE: Final = 80
"""How much of what was asked for is said back, in characters."""


class Problem(ReferralsError):
    """A request that cannot be answered. The message says what is wrong and what to do.

    `more` holds further members of the document, such as `choices`, and `headers` those of the answer.
    """

    def __init__(
        self, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self._title = KINDS[kind]
        self._kind = kind
        self._more = more
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        return {
            "type": f"{DOCUMENTED}#{self._kind}",
            "title": self._title,
            "status": self.status,
            "detail": str(self),
            **self._more,
        }


def quoted(text: str) -> str:
    """Return what was asked for as a message says it back: in quotes, and cut where it is long.

    >>> quoted("XX")
    "'XX'"
    """
    return f"'{text[:LONGEST_QUOTE]}{'…' if len(text) > LONGEST_QUOTE else ''}'"


def meant(asked: str, choices: Mapping[str, str]) -> str:
    """Return the choice that was probably meant, by its name or its label, and '' where none is near.

    >>> meant("da", {"DA": "Domestic abuse"}), meant("Domestic abuse", {"DA": "Domestic abuse"}), meant("7", {"DA": ""})
    ('DA', 'DA', '')
    """
    spelt = {label.casefold(): code for code, label in choices.items()} | {
        code.casefold(): code for code in choices
    }
    near = difflib.get_close_matches(asked[:LONGEST_QUOTE].casefold(), spelt, n=1, cutoff=0.7)
    return spelt[near[0]] if near else ""


def not_among(kind: str, what: str, asked: str, choices: Mapping[str, str], **more: Any) -> Problem:
    """Return the problem of something that is not one of the choices; `what` says what they are choices of."""
    probably = meant(asked, choices)
    hint = f" Did you mean {probably}?" if probably else ""
    more |= {"did_you_mean": probably} if probably else {}
    return Problem(
        kind, f"{quoted(asked)} is not {what}.{hint} See choices.", choices=dict(choices), **more
    )
