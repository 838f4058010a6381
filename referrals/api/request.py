"""What a program asks: an address and its query, checked against what there is, and made into one frozen question."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from referrals.api.problems import Problem, not_among, quoted
from referrals.release.catalogue import Served
from referrals.release.release import Release

LATEST: Final = "latest"
"""What stands in an address for the published release, whichever that is."""

LONGEST_QUERY: Final = 2_000
"""The longest query string that is read, in bytes."""

Choices = Callable[[Release], Mapping[str, str]]
"""What a parameter can be in a release: each code with its label."""

Asked = tuple[Mapping[str, tuple[str, ...]], Mapping[str, int], str]
"""What a query string asks for: codes, numbers and a format, '' where it names none."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query. With `choices` it is a code and may be repeated; without, a whole number given once.

    `usual` is the number that stands where none is given, None where nothing does.
    """

    name: str
    says: str
    choices: Choices | None = None
    least: int = 0
    most: int = 0
    usual: int | None = None


@dataclass(frozen=True)
class Question:
    """A request that can be answered.

    `release` is the one that its address names. `codes` are those asked for by parameter, in one order whatever order they
    were given in (a parameter that was not given is not in it), `numbers` likewise, and `form` is the format, which was
    chosen by the `Accept` header where `is_negotiated`. `parts` are the variable parts of the address, and `site` is what
    addresses begin with from outside, '' where that is not known.
    """

    address: str
    standing: Served
    release: Release
    parts: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    form: str = "json"
    is_negotiated: bool = False
    site: str = ""

    @property
    def key(self) -> Hashable:
        """What tells the answer from every other, however the question was written."""
        asked = (frozenset(self.codes.items()), frozenset(self.numbers.items()))
        return self.standing.version, self.address, *asked, self.form, self.is_negotiated


def named(standing: Served, release_id: str) -> Release:
    """Return the release of an id, or the published one of `latest`. Raises Problem where there is none."""
    offered = standing.by_id()
    if release_id == LATEST:
        return standing.published
    if release_id not in offered:
        titles = {LATEST: standing.published.about.title} | {
            one: release.about.title for one, release in offered.items()
        }
        raise not_among("unknown-release", "a release that is served here", release_id, titles)
    return offered[release_id]


def read_query(
    query: str, parameters: Sequence[Parameter], forms: Sequence[str], release: Release
) -> Asked:
    """Return what a query string asks of a release. A number that stands where none is given is not in it.

    Raises:
        Problem: a parameter is unknown, given twice where it may not be, or not one of its choices.
    """
    known = {one.name: one for one in parameters}
    says = {one.name: one.says for one in parameters} | (
        {"format": "The format of the answer."} if forms else {}
    )
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in says:
            raise not_among("unknown-parameter", "a parameter of this address", name, says)
        given.setdefault(name, []).append(value)
    has_form = "format" in given
    form = _once("format", given.pop("format", [""]))
    if has_form and form not in forms:
        raise not_among(
            "unknown-code", "a format of this address", form, _named(forms), parameter="format"
        )
    codes = {
        name: _codes(known[name], asked, release)
        for name, asked in given.items()
        if known[name].choices
    }
    numbers = {
        name: _number(known[name], _once(name, asked))
        for name, asked in given.items()
        if not known[name].choices
    }
    return (
        codes,
        {name: number for name, number in numbers.items() if number != known[name].usual},
        form,
    )


def preferred(accept: str, forms: Mapping[str, str]) -> str:
    """Return the format that an `Accept` header likes best, the first of equals, and '' where it accepts none.

    >>> preferred("text/csv, application/json;q=0.5", {"json": "application/json", "csv": "text/csv"})
    'csv'
    >>> preferred("*/*", {"json": "application/json"}), preferred("text/html", {"json": "application/json"})
    ('json', '')
    """
    ranges = [_range(one) for one in accept.split(",")] if accept.strip() else [("*/*", 1.0)]
    liking = {form: _liking(media_type, ranges) for form, media_type in forms.items()}
    best = max(liking, key=lambda form: liking[form])
    return best if liking[best] else ""


def _range(text: str) -> tuple[str, float]:
    """Return a media range with how much it is wanted; a number that is none counts as fully."""
    kind, *options = text.replace(" ", "").lower().split(";")
    wanted = next((option[2:] for option in options if option.startswith("q=")), "1")
    return kind, float(wanted) if re.fullmatch(r"[01](\.[0-9]{0,3})?", wanted) else 1.0


def _liking(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much a media type is wanted: the most specific range that fits it says."""
    for fitting in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if wanted := [quality for kind, quality in ranges if kind == fitting]:
            return max(wanted)
    return 0.0


def _named(codes: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(codes, "")


def _once(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Problem(
            "repeated-parameter",
            f"{name} is given {len(values)} times. Give it once.",
            parameter=name,
        )
    return values[0]


def _codes(parameter: Parameter, asked: Sequence[str], release: Release) -> tuple[str, ...]:
    choices = parameter.choices(release) if parameter.choices else {}
    for code in asked:
        if code not in choices:
            what = f"a code of {parameter.name} in the release {release.about.release_id}"
            raise not_among("unknown-code", what, code, choices, parameter=parameter.name)
    return tuple(sorted(set(asked)))


def _number(parameter: Parameter, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not parameter.least <= int(text) <= parameter.most:
        detail = f"{parameter.name} is {quoted(text)}. Give a whole number from {parameter.least} to {parameter.most}."
        raise Problem("not-a-number", detail, parameter=parameter.name)
    return int(text)
