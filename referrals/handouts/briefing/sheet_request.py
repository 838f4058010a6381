"""The request for a sheet, by address or command, and the sheets on offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final
from urllib.parse import urlencode

from referrals.cards import registry
from referrals.cards.wording import phrases
from referrals.errors import ReferralsError
from referrals.handouts import typesetting
from referrals.i18n import languages, messages
from referrals.language import ENGLISH, current, is_english, using
from referrals.query.document import context_series
from referrals.query.parameters import meant
from referrals.questions import facts, vocabulary
from referrals.questions.vocabulary import UNNAMED
from referrals.reference.codelists import codelist
from referrals.release.catalogue import Served
from referrals.release.release import Release

NATIONALITY: Final = "nationality"
EVERYONE: Final = ""
"""The nationality of a sheet about all victims."""

NAMES: Final = (NATIONALITY, "audience", "language", "release", "paper")
"""The parameters of the address of a sheet. These names never change."""

WORDS: Final = ("briefing.", "profiles.unknown.", "helplines.need.", "for_me.question.")
"""The beginnings of the messages that a language must have before sheets are offered in it."""


LONGEST_VALUE: Final = 40
"""The letters of an address that a message repeats at most."""


class Audience(StrEnum):
    """The people a sheet is for."""

    COMMUNITY = "community"
    PARTNER = "partner"


@dataclass(frozen=True)
class Paper:
    """A size of paper in millimetres, with the largest and the smallest size of its text in points.

    Notes are smaller by `notes`, a factor. A sheet that `is_whole` has a table and, for partners, a
    citation; the others have neither, and fewer statements under a heading (`most_items`).
    """

    code: str
    width: int
    height: int
    largest: float
    smallest: float
    notes: float = 0.85
    is_whole: bool = True
    most_items: int = 4


LARGE: Final = "large"

PAPERS: Final[Mapping[str, Paper]] = {
    paper.code: paper
    for paper in (
        Paper("A4", 210, 297, 11.6, 9.2),
        Paper("A5", 148, 210, 9.2, 7.5, 0.9, is_whole=False, most_items=3),
        Paper(LARGE, 297, 420, 18, 16, is_whole=False, most_items=3),
    )
}
"""The papers by their codes. Large print is on A3, in the 16 points that it needs."""


class RequestError(ReferralsError):
    """A request for a sheet that does not exist: the part that is wrong, and its valid values."""


@dataclass(frozen=True)
class SheetRequest:
    """One sheet among those on offer. The release is '' for the published one."""

    nationality: str = EVERYONE
    audience: Audience = Audience.COMMUNITY
    language: str = ENGLISH
    release: str = ""
    paper: str = "A4"

    def address(self) -> dict[str, str]:
        """Return the parameters of its address, without those of the usual sheet.

        On pages in another language an address always names its language: links are rewritten to
        that language there, and pictures are not.
        """
        given = {
            NATIONALITY: self.nationality,
            "audience": self.audience.value,
            "language": self.language,
            "release": self.release,
            "paper": self.paper,
        }
        usual = {
            "audience": Audience.COMMUNITY.value,
            "language": ENGLISH if is_english() else "",
            "paper": "A4",
        }
        return {name: value for name, value in given.items() if value and value != usual.get(name)}

    def query(self) -> str:
        """Return its address from the question mark on, '' for the usual sheet."""
        parameters = self.address()
        return f"?{urlencode(parameters)}" if parameters else ""

    def file_name(self, release: Release) -> str:
        """Return a name for its file without the ending: subject, audience, paper and release."""
        about = release.about
        with using(ENGLISH):
            subject = nationality_name(release, self.nationality) or "all"
        parts = ("briefing", subject, self.audience, self.language, self.paper, about.release_id)
        marked = (*parts, "invented-figures") if about.is_invented else parts
        return "-".join(part.lower().replace(" ", "-") for part in marked)


def read(pairs: Iterable[tuple[str, str]], served: Served) -> SheetRequest:
    """Return the request that the parameters of an address make. An empty one is left out.

    Parameters that others add to links are ignored.

    Raises:
        RequestError: a parameter of ours is misspelt, repeated, or has a value that is not on
            offer.
    """
    given: dict[str, str] = {}
    for name, value in pairs:
        ours = meant(name, NAMES)
        if not ours:
            continue
        if name != ours:
            raise RequestError(
                messages.text("briefing.problem.name", name=name[:LONGEST_VALUE], ours=ours)
            )
        if name in given:
            raise RequestError(messages.text("briefing.problem.repeated", name=name))
        given[name] = value.strip()
    release = _chosen("release", given, [*served.by_id()], served.published.about.release_id)
    shown = served.by_id()[release]
    audience = Audience(_chosen("audience", given, [*Audience], Audience.COMMUNITY))
    language = _chosen("language", given, offered_languages(), usual_language())
    return SheetRequest(
        nationality=_nationality(given, shown),
        audience=audience,
        language=language,
        release="" if shown is served.published else release,
        paper=_chosen("paper", given, papers(language), "A4"),
    )


def papers(language: str) -> tuple[str, ...]:
    """Return the codes of the papers that a kind of sheet is offered on.

    In other languages, some texts do not fit a page of large print.
    """
    return tuple(code for code in PAPERS if language == ENGLISH or code != LARGE)


def shown(request: SheetRequest, served: Served) -> Release:
    """Return the release that a sheet shows."""
    return served.by_id().get(request.release, served.published)


def nationalities(release: Release) -> tuple[str, ...]:
    """Return the codes that have a sheet: those with a number first, then others with a profile.

    A release without profiles has the codes that it publishes, without its groups.
    """
    if profiles := context_series.profiled(release):
        return tuple(profiles)
    codes = registry.filters(release, NATIONALITY)[0][NATIONALITY]
    return tuple(code for code in codes if not code.startswith("_"))


def nationality_name(release: Release, code: str) -> str:
    """Return the name of a nationality in a release; '' if it is that of everyone."""
    if code == EVERYONE:
        return ""
    return facts.named(release, {NATIONALITY: code})[NATIONALITY]


def name_in_sentence(release: Release, code: str) -> str:
    """Return the name of a nationality as part of a sentence: 'Vietnam', 'the UK'."""
    key = f"briefing.country.{code}"
    if messages.exists(key):
        return messages.text(key)
    return phrases.in_sentence(nationality_name(release, code))


@cache
def offered_languages() -> tuple[str, ...]:
    """Return the languages that have every message of a sheet and a font, English first."""
    return tuple(filter(_is_complete, languages.languages()))


def usual_language() -> str:
    """Return the language of a sheet whose address names none: that of the page, or English."""
    return current() if current() in offered_languages() else ENGLISH


def _is_complete(language: str) -> bool:
    words = messages.of(language)
    return typesetting.has_font(language) and all(
        key in words.own for key in words.english if key.startswith(WORDS)
    )


def _nationality(given: Mapping[str, str], release: Release) -> str:
    """Return the nationality that is asked for, by its code or by one of its names.

    Raises:
        RequestError: it has no sheet, or there is no such nationality. The message names those that
            have one.
    """
    value = given.get(NATIONALITY, "")
    if not value:
        return EVERYONE
    names = {code: nationality_name(release, code) for code in nationalities(release)}
    spellings = {name.casefold(): code for code, name in names.items()}
    code = spellings.get(value.casefold()) or _code(value)
    if code in names:
        return code
    named = [
        messages.text("briefing.sentence.named", name=name, n=code) for code, name in names.items()
    ]
    raise RequestError(
        messages.text(
            "briefing.problem.nationality" if code else "briefing_page.unknown",
            value=value[:LONGEST_VALUE],
            offered=phrases.listed(named),
        )
    )


def _code(text: str) -> str:
    """Return the code of a nationality by its code or by an English name of it, '' if it is none.

    A code of the worked example is one as well.
    """
    real = codelist(NATIONALITY).codes
    if text.upper() in real or text.upper() in codelist(NATIONALITY, is_example=True).codes:
        return text.upper()
    phrase = vocabulary.phrase_of(text)
    meaning = vocabulary.of().meaning(phrase) if phrase else None
    code = meaning.value if meaning else ""
    return code if code in real and code not in UNNAMED else ""


def _chosen(name: str, given: Mapping[str, str], offered: Iterable[str], usual: str) -> str:
    """Return the value of a parameter in the spelling that is offered.

    Raises:
        RequestError: it is not on offer.
    """
    value = given.get(name, "") or usual
    spellings = {str(each).casefold(): str(each) for each in offered}
    found = spellings.get(value.casefold())
    if found is None:
        listed = phrases.comma_separated(filter(None, spellings.values()))
        raise RequestError(
            messages.text(
                "briefing.problem.value", name=name, value=value[:LONGEST_VALUE], offered=listed
            )
        )
    return found
