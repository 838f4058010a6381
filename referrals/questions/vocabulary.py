"""The closed vocabulary of a language: the phrases that questions and claims may use, as data.

`data/vocabulary/<language>/` holds the synonyms of codes (`codes.csv`), the words that shape a
question (`words.csv`), topics that a statement answers (`topics.csv`), and patterns of periods and
ages (`patterns.toml`). Names of nationalities come from `data/reference`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Final

from referrals.errors import DataError
from referrals.language import ENGLISH
from referrals.paths import REFERENCE, VOCABULARY
from referrals.reference import table_schema

CODE: Final = "code"
AMBIGUOUS: Final = "ambiguous"
"""The code of a nationality that a name leaves open, such as Congo. No release publishes it."""

UNNAMED: Final = frozenset({"_NK", "_OTH"})
"""Codes of nationality that words name only together with others (`codes.csv`)."""

WORD: Final = re.compile(r"[a-z]+|[0-9][0-9,.]*|[^\sa-z0-9]")
_NEGATED: Final = re.compile(r"n['’]t\b")
_POSSESSIVE: Final = re.compile(r"['’]s?\b")
_SHORT_FORMS: Final = re.compile(r"\b([a-z])\.(?=[a-z]\b)")


class Role(StrEnum):
    """The role of a phrase in a question."""

    CODE = "code"
    FILLER = "filler"
    VERB = "verb"
    SUBJECT = "subject"
    PEOPLE = "people"
    INSTITUTION = "institution"
    REFERRAL = "referral"
    COUNT = "count"
    SHARE = "share"
    TREND = "trend"
    RANK = "rank"
    DIMENSION = "dimension"
    AND = "and"
    OR = "or"
    COMPARE = "compare"
    INTO = "into"
    LINK = "link"
    NEGATION = "negation"
    RESTRICTION = "restriction"
    TOPIC = "topic"
    PERIOD = "period"
    UNKNOWN = "unknown"


OWNER, AMONG, ASKING = "owner", "among", "asking"
"""Values of words: "of", "among" and "in" before the group of a share, and words that ask."""


@dataclass(frozen=True)
class Meaning:
    """The meaning of a phrase.

    `value` is a code (of `dimension`), a dimension, a topic, or the reason why a restriction
    cannot be answered; '' for other roles.
    """

    role: Role
    value: str = ""
    dimension: str = ""


@dataclass(frozen=True)
class Topic:
    """A subject that one statement answers, or says that nobody can."""

    name: str
    answer: str
    statement_id: str


Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The phrases of a language with their meanings, its patterns and its words for numbers."""

    phrases: Mapping[Phrase, Meaning]
    topics: Mapping[str, Topic]
    patterns: Mapping[str, Sequence[re.Pattern[str]]]
    numbers: Mapping[str, Mapping[str, int]]
    not_misspellings: frozenset[str]

    @cached_property
    def longest(self) -> int:
        """The number of words of the longest phrase."""
        return max(map(len, self.phrases))

    def matches(self, name: str, text: str) -> bool:
        """Return whether a text, in lower case, has one of the patterns of a name."""
        return any(pattern.search(text) for pattern in self.patterns[name])

    def meaning(self, phrase: Phrase) -> Meaning | None:
        """Return the meaning of a phrase, as it is or in the singular; None if there is none."""
        found = self.phrases.get(phrase)
        if found is None and phrase[-1].endswith("s"):
            found = self.phrases.get((*phrase[:-1], phrase[-1].removesuffix("s")))
            # Only names take a plural here: other words have theirs in the vocabulary.
            if found is not None and found.dimension != "nationality":
                return None
        return found


def in_lower_case(text: str) -> str:
    """Return a text in lower case, of the same length: places in one are places in the other.

    >>> in_lower_case("İ 237 Vietnamese")
    'İ 237 vietnamese'
    """
    return "".join(
        letter.lower() if len(letter.lower()) == len(letter) else letter for letter in text
    )


def normalised(text: str) -> str:
    """Return text in lower case without accents, negations and possessives written out.

    >>> normalised("Côte d’Ivoire’s women weren't counted")
    'cote d ivoire women were not counted'
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = _SHORT_FORMS.sub(r"\1", plain)
    return _POSSESSIVE.sub(" ", _NEGATED.sub(" not", plain)).replace("  ", " ")


def words(text: str) -> list[str]:
    """Return the words, numbers and signs of normalised text.

    >>> words("how many non-british, 1,336?")
    ['how', 'many', 'non', '-', 'british', ',', '1,336', '?']
    """
    return WORD.findall(text)


@cache
def of(language: str = ENGLISH) -> Vocabulary:
    """Return the vocabulary of a language.

    Raises:
        DataError: a file is missing or breaks its schema, or a pattern cannot be read.
    """
    folder = VOCABULARY / language
    phrases = _nationalities()
    for row in table_schema.read(folder / "words.csv"):
        phrases[phrase_of(row["phrase"])] = _word(row)
    for row in table_schema.read(folder / "codes.csv"):
        meaning = Meaning(Role.CODE, row["code"], row["dimension"])
        phrases[phrase_of(row["phrase"])] = meaning
    topics = {
        row["topic"]: Topic(row["topic"], row["answer"], row["statements"])
        for row in table_schema.read(folder / "topics.csv")
    }
    unlikely = table_schema.read(folder / "not_misspellings.csv")
    path = folder / "patterns.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        patterns = {
            name: list(map(re.compile, listed))
            for name, listed in read.items()
            if isinstance(listed, list)
        }
        numbers = {name: listed for name, listed in read.items() if isinstance(listed, dict)}
    except (OSError, ValueError, re.error) as error:
        raise DataError(f"{path.name} cannot be read ({type(error).__name__}).") from error
    words_to_keep = frozenset(row["word"] for row in unlikely)
    return Vocabulary(phrases, topics, patterns, numbers, words_to_keep)


def statement_id(topic: str) -> str:
    """Return the id of the statement behind a topic, the same in every language."""
    return of(ENGLISH).topics[topic].statement_id


def _word(row: Mapping[str, str]) -> Meaning:
    role = Role(row["role"])
    if role is Role.DIMENSION:
        return Meaning(role, row["value"], row["value"])
    return Meaning(role, row["value"])


def _nationalities() -> dict[Phrase, Meaning]:
    """Return the names of countries and of their people; one name can leave several open."""
    found: dict[Phrase, Meaning] = {}
    for row in table_schema.read(REFERENCE / "nationality.csv"):
        if row["kind"] in {"category", "special"} and row["code"] not in UNNAMED:
            for name in (row["label"], row["demonym"]):
                if name:
                    found[phrase_of(name)] = Meaning(Role.CODE, row["code"], "nationality")
    for row in table_schema.read(REFERENCE / "nationality_alias.csv"):
        is_one = row["kind"] == "alias"
        code = row["codes"] if is_one else AMBIGUOUS
        found.setdefault(phrase_of(row["alias"]), Meaning(Role.CODE, code, "nationality"))
    return found


def phrase_of(text: str) -> Phrase:
    """Return the words of a phrase, without signs.

    >>> phrase_of("Congo-Kinshasa")
    ('congo', 'kinshasa')
    """
    return tuple(word for word in words(normalised(text)) if word.isalnum() or word in "%&")
