"""The role of each column of an unknown extract: recognised by its name, or by its values.

`proposal` calls it. A name must be one of the list, apart from case and punctuation. Values decide
only if nearly all of them are spellings of one code list. Two columns with the same role are left
to the analyst. A column with a private word in its name is never shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from referrals.publishing.extract.spellings import all_spellings

BIRTH: Final = "date_of_birth"
"""The role of a date of birth, from which ages can be read."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "referral_id": (
        "referral id",
        "referral number",
        "referral no",
        "referral ref",
        "referral reference",
        "reference",
        "reference number",
        "ref",
        "ref no",
        "unique reference",
        "unique reference number",
        "unique id",
        "urn",
        "id",
        "case id",
        "case number",
        "case no",
        "case ref",
        "case reference",
        "crime number",
        "crime reference",
        "log number",
        "incident number",
        "record id",
    ),
    "referred_on": (
        "referred on",
        "referral date",
        "date of referral",
        "date referred",
        "date",
        "date received",
        "received date",
        "received on",
        "date of contact",
        "contact date",
        "call date",
        "date of call",
    ),
    "police_force": (
        "police force",
        "force",
        "force name",
        "force code",
        "referring force",
        "police force name",
        "police force code",
        "constabulary",
        "police",
    ),
    "nationality": (
        "nationality",
        "nationality code",
        "nationality name",
        "victim nationality",
        "citizenship",
        "country of nationality",
        "nat",
    ),
    "age": (
        "age",
        "age years",
        "age in years",
        "age at referral",
        "victim age",
        "age of victim",
        "age band",
        "age group",
        "age range",
    ),
    BIRTH: ("date of birth", "dob", "d o b", "birth date", "victim dob", "victim date of birth"),
    "sex": ("sex", "gender", "victim sex", "victim gender", "sex code", "gender code"),
    "crime_type": (
        "crime type",
        "type of crime",
        "crime",
        "crime category",
        "offence",
        "offence type",
        "offence group",
        "offence category",
        "offence description",
        "offence code",
    ),
    "outcome": (
        "outcome",
        "referral outcome",
        "outcome of referral",
        "outcome code",
        "result",
        "disposal",
        "action taken",
    ),
    "person_id": (
        "person id",
        "person ref",
        "person reference",
        "person number",
        "person urn",
        "nominal",
        "nominal id",
        "nominal ref",
        "nominal number",
        "victim id",
        "victim reference",
        "home office reference",
        "ho ref",
        "ho reference",
    ),
    "channel": ("channel", "referral channel", "contact method", "method of contact"),
}
"""The names of columns by role, in lower case without punctuation."""

PRIVATE_WORDS: Final = frozenset(
    [
        "name",
        "names",
        "forename",
        "forenames",
        "surname",
        "firstname",
        "lastname",
        "fullname",
        "alias",
        "address",
        "postcode",
        "email",
        "phone",
        "telephone",
        "mobile",
        "tel",
        "passport",
        "nino",
        "notes",
        "note",
        "comments",
        "comment",
        "narrative",
        "summary",
        "remarks",
        "details",
        "text",
        "officer",
        "caseworker",
        "author",
        "contact",
        "birth",
        "dob",
        "ni",
        "insurance",
        "pnc",
        "reference",
        "ref",
        "id",
        "number",
    ]
)
"""Words in the name of a column whose values are about people, or by them."""

RECOGNISED_SHARE: Final = 0.8
FEWEST_VALUES: Final = 10
_BY_VALUES: Final = ("nationality", "police_force", "sex", "crime_type", "outcome")
_SPACES: Final = re.compile(r"[\s\u00a0\u200b\u202f\ufeff]+")


def plain(text: str) -> str:
    """Return a spelling as the database compares it: lower case, single spaces, plain apostrophe.

    >>> plain(" Côte\u00a0d’Ivoire ")
    "côte d'ivoire"
    """
    return _SPACES.sub(" ", text.replace("’", "'")).strip().casefold()


def role_by_name(name: str) -> str | None:
    """Return the role of a column with a name of the list, or None.

    >>> role_by_name("Date of Referral"), role_by_name("D.O.B."), role_by_name("Shoe size")
    ('referred_on', 'date_of_birth', None)
    """
    words = " ".join(re.findall(r"[a-z0-9]+", name.casefold()))
    return _roles().get(words)


def is_private(name: str) -> bool:
    """Return whether a column's name says that its values may be about a person.

    >>> is_private("Victim surname"), is_private("Offence")
    (True, False)
    """
    return not PRIVATE_WORDS.isdisjoint(re.findall(r"[a-z]+", name.casefold()))


def role_by_values(counts: Counter[str]) -> str | None:
    """Return the one role of which nearly all values are spellings, or None."""
    lines = sum(number for value, number in counts.items() if value.strip())
    if lines < FEWEST_VALUES:
        return None
    found = []
    for role in _BY_VALUES:
        words = known_words(role)
        codes = {words[plain(value)] for value in counts if plain(value) in words}
        known = sum(number for value, number in counts.items() if plain(value) in words)
        if known >= RECOGNISED_SHARE * lines and len(codes - {"_NK"}) > 1:
            found.append(role)
    return found[0] if len(found) == 1 else None


@cache
def known_words(field: str) -> Mapping[str, str | None]:
    """Return the code of each spelling of a field, by its plain form."""
    return {
        plain(spelling.spelling): spelling.code
        for spelling in reversed(all_spellings())
        if spelling.field == field and spelling.kind == "code"
    }


def recognised(names: Iterable[str]) -> int:
    """Return how many names are of the list."""
    return sum(role_by_name(name) is not None for name in names)


@cache
def _roles() -> Mapping[str, str]:
    return {name: role for role, names in NAMES.items() for name in names}
