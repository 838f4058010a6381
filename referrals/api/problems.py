"""The problems of the API (RFC 9457): a sentence for a person, the valid choices for a program."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from referrals.errors import ReferralsError
from referrals.web.http import problem

DOCS_PATH: Final = "/api/v1/docs"

KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "unknown-parameter": (400, "Unknown parameter"),
    "repeated-parameter": (400, "Repeated parameter"),
    "unknown-code": (400, "Unknown code"),
    "not-a-number": (400, "Not a valid number"),
    "not-a-size": (400, "Not a valid size"),
    "missing-parameter": (400, "Missing parameter"),
    "too-many-cells": (400, "Too many cells for one answer"),
    "past-the-last": (400, "Offset past the last cell"),
    "no-cells": (400, "No matching cells"),
    "not-in-parts": (400, "This answer cannot be paged"),
    "no-such-address": (404, "Unknown address"),
    "unknown-release": (404, "Unknown release"),
    "unknown-file": (404, "Unknown file"),
    "unknown-version": (404, "This version is not served here"),
    "no-certificate": (404, "The release has no certificate"),
    "no-witnesses": (404, "The release has no witnesses to add up"),
    "method-not-allowed": (405, "The API is read-only"),
    "no-such-format": (406, "Format not available"),
    "replaced": (410, "The release was replaced by another"),
    "withdrawn": (410, "The figures have been withdrawn"),
    "address-too-long": (414, "The address is too long"),
    "not-implemented": (501, "Format not offered"),
    "not-ready": (503, "The figures are temporarily unavailable"),
    "busy": (503, "Too many answers are being computed"),
}
"""The status and title of each kind of problem. Its `type` is a link to its explanation on the
docs page."""

MAX_QUOTE: Final = 80
"""The most characters that are quoted of a value."""


class Problem(ReferralsError):  # noqa: N818 - the term of RFC 9457
    """A request that cannot be answered. The message names the fault and the remedy.

    `members` are further members of the document, such as `choices`; `headers` are further headers
    of the answer.
    """

    def __init__(
        self, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status, self._title = KINDS[kind]
        self._type = f"{DOCS_PATH}#{kind}"
        self._members = members
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        return problem.document(
            self.status, self._title, str(self), type_=self._type, **self._members
        )


def quoted(value: str) -> str:
    """Return a value of a request in quotation marks, shortened if it is long.

    >>> quoted("XX")
    "'XX'"
    """
    return f"'{value[:MAX_QUOTE]}{'…' if len(value) > MAX_QUOTE else ''}'"


def closest(value: str, choices: Mapping[str, str]) -> str:
    """Return the choice closest to a value by its code or label, '' if none is close.

    >>> closest("da", {"DA": "Domestic abuse"}), closest("Domestic abuse", {"DA": "Domestic abuse"})
    ('DA', 'DA')
    >>> closest("7", {"DA": ""})
    ''
    """
    spellings = {label.casefold(): code for code, label in choices.items()}
    spellings |= {code.casefold(): code for code in choices}
    matches = difflib.get_close_matches(value[:MAX_QUOTE].casefold(), spellings, n=1, cutoff=0.7)
    return spellings[matches[0]] if matches else ""


def unknown_choice(
    kind: str,
    expected: str,
    value: str,
    choices: Mapping[str, str],
    *,
    suggestion: str = "",
    **members: Any,
) -> Problem:
    """Return the problem of a value that is not one of the choices.

    `expected` names them, such as 'a code of sex'. `suggestion` is the choice that was meant, ''
    to look for the closest.
    """
    suggestion = suggestion or closest(value, choices)
    hint = ""
    if suggestion:
        hint = f" Did you mean {suggestion}?"
        members["did_you_mean"] = suggestion
    remedy = " See choices." if choices else ""
    detail = f"{quoted(value)} is not {expected}.{hint}{remedy}"
    return Problem(kind, detail, choices=dict(choices), **members)
