"""Requests of the API: an address and its query, parsed and checked against a release."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from referrals.api.problems import Problem, quoted, unknown_choice
from referrals.query import parameters as address_parameters
from referrals.query import selection
from referrals.release import metadata
from referrals.release.catalogue import REPLACED, Served
from referrals.release.release import Release
from referrals.web.http.negotiation import preferences

LATEST: Final = "latest"
"""The release id in an address that means the published release, whichever it is."""

MAX_QUERY_BYTES: Final = 2_000
"""The length after which a query string is refused."""

FORMAT: Final = "format"
LABELS: Final = "labels"
EVERY_CODE: Final = "*"
NAMES: Final = (*selection.NAMES, FORMAT, LABELS, "limit", "offset", "series")
"""Every parameter of ours. An address that lacks one refuses it: to ignore it would be to answer
another question."""

FLAGS: Final[Mapping[str, bool]] = {"true": True, "false": False}

Choices = Callable[[Release], Mapping[str, str]]
"""The codes that a parameter can take in a release, each with its label."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query.

    With `choices` it is a code, several in a list or repeated, or `*` for any. With `is_flag` it is
    `true` or `false`. Otherwise it is a whole number given once.

    `default` is the number used if the request gives none, or None.
    """

    name: str
    description: str
    choices: Choices | None = None
    minimum: int = 0
    maximum: int = 0
    default: int | None = None
    is_flag: bool = False


@dataclass(frozen=True)
class Query:
    """The parameters of a query string. `format` is '' if it names none.

    `flags` holds those that are true.
    """

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    format: str = ""


@dataclass(frozen=True)
class Request:
    """A valid request.

    `release` is the one that the address names. `codes` and `numbers` hold the parameters that
    were given; codes are sorted, so that their order in the query makes no difference.
    `is_negotiated` means that the `Accept` header chose the format. `site_url` makes the addresses
    in an answer absolute, '' if it is unknown.
    """

    path: str
    served: Served
    release: Release
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    format: str = "json"
    is_negotiated: bool = False
    site_url: str = ""

    @property
    def key(self) -> Hashable:
        """The cache key of the answer, the same however the request is written."""
        return (
            self.served.version,
            self.path,
            frozenset(self.codes.items()),
            frozenset(self.numbers.items()),
            self.flags,
            self.format,
            self.is_negotiated,
        )


def find_release(served: Served, release_id: str) -> Release:
    """Return the release of an id, or the published one for `latest`.

    Raises:
        Problem: the release does not exist, or was replaced or withdrawn.
    """
    if release_id == LATEST:
        return served.published
    releases = served.by_id()
    if release_id not in releases and REPLACED.get(release_id) in releases:
        new = REPLACED[release_id]
        raise Problem(
            "replaced",
            f"The release {release_id} was replaced by {new}, whose countries and years are as "
            f"invented as its numbers. Ask for {new}.",
            replaced_by=new,
            address=metadata.path(releases[new]),
        )
    if release_id in served.withdrawn:
        raise Problem(
            "withdrawn",
            f"The figures of the release {release_id} have been withdrawn by those who publish "
            "them, and are no longer served.",
        )
    if release_id not in releases:
        titles = {LATEST: served.published.about.title}
        titles |= {name: release.about.title for name, release in releases.items()}
        raise unknown_choice("unknown-release", "a release that is served here", release_id, titles)
    return releases[release_id]


def our_parameters(query: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a query string, without those that other sites add to links.

    >>> our_parameters("sex=F&utm_source=letter")
    (('sex', 'F'),)
    """
    return tuple(address_parameters.ours(parse_qsl(query, keep_blank_values=True), NAMES))


def read_query(
    query: Sequence[tuple[str, str]],
    parameters: Sequence[Parameter],
    formats: Sequence[str],
    release: Release,
) -> Query:
    """Return the parameters of a query. A number equal to its default is left out.

    Raises:
        Problem: a parameter is unknown, repeated although it may not be, or not one of its choices.
    """
    known = {parameter.name: parameter for parameter in parameters}
    given = _values_by_name(query, parameters, formats)
    chosen_format = ""
    if FORMAT in given:
        chosen_format = _once(FORMAT, given.pop(FORMAT))
        if chosen_format not in formats:
            raise unknown_choice(
                "unknown-code",
                "a format of this address",
                chosen_format,
                dict.fromkeys(formats, ""),
                parameter=FORMAT,
            )
    codes: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, int] = {}
    flags: set[str] = set()
    for name, values in given.items():
        parameter = known[name]
        if parameter.choices:
            if found := _codes(parameter.choices(release), name, values, release):
                codes[name] = found
        elif parameter.is_flag:
            if _flag(name, _once(name, values)):
                flags.add(name)
        elif (number := _number(parameter, _once(name, values))) != parameter.default:
            numbers[name] = number
    return Query(codes, numbers, frozenset(flags), chosen_format)


def preferred_format(accept: str, media_types: Mapping[str, str]) -> str:
    """Return the format that an `Accept` header prefers (the first of equals), '' if none.

    `media_types` holds the media type of each format.

    >>> preferred_format(
    ...     "text/csv, application/json;q=0.5", {"json": "application/json", "csv": "text/csv"}
    ... )
    'csv'
    >>> preferred_format("*/*", {"json": "application/json"})
    'json'
    >>> preferred_format("text/html", {"json": "application/json"})
    ''
    """
    ranges = preferences(accept) if accept.strip() else [("*/*", 1.0)]
    weights = {name: _weight(media_type, ranges) for name, media_type in media_types.items()}
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] else ""


def _weight(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the weight of a media type: that of the most specific range that matches it."""
    main_type = media_type.partition("/")[0]
    for pattern in (media_type, f"{main_type}/*", "*/*"):
        if weights := [weight for media_range, weight in ranges if media_range == pattern]:
            return max(weights)
    return 0.0


def _values_by_name(
    query: Sequence[tuple[str, str]], parameters: Sequence[Parameter], formats: Sequence[str]
) -> dict[str, list[str]]:
    descriptions = {parameter.name: parameter.description for parameter in parameters}
    if formats:
        descriptions[FORMAT] = "The format of the answer."
    values: dict[str, list[str]] = {}
    for name, value in query:
        if name not in descriptions:
            raise unknown_choice(
                "unknown-parameter",
                "a parameter of this address",
                name,
                descriptions,
                suggestion=address_parameters.meant(name, tuple(descriptions)),
            )
        values.setdefault(name, []).append(value)
    return values


def _once(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Problem(
            "repeated-parameter",
            f"{name} is given {len(values)} times. Give it once.",
            parameter=name,
        )
    return values[0]


def _codes(
    codes: Mapping[str, str], name: str, values: Sequence[str], release: Release
) -> tuple[str, ...]:
    """Return the codes in values, each a code, a list of codes or `*`; none if any code will do."""
    found = set()
    for value in values:
        parts = [value] if value in codes else value.split(",")
        for part in parts:
            if part == EVERY_CODE:
                return ()
            code = address_parameters.code_of(part, codes)
            if not code:
                expected = f"a code of {name} in the release {release.about.release_id}"
                raise unknown_choice("unknown-code", expected, part, codes, parameter=name)
            found.add(code)
    return tuple(sorted(found))


def _flag(name: str, value: str) -> bool:
    if value not in FLAGS:
        raise unknown_choice(
            "unknown-code", f"a value of {name}", value, dict.fromkeys(FLAGS, ""), parameter=name
        )
    return FLAGS[value]


def _number(parameter: Parameter, text: str) -> int:
    lowest, highest = parameter.minimum, parameter.maximum
    if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
        detail = (
            f"{parameter.name} is {quoted(text)}. Give a whole number from {lowest} to {highest}."
        )
        raise Problem("not-a-number", detail, parameter=parameter.name)
    return int(text)
