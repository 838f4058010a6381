"""Published counts and shares of victim referrals with their sentences, for questions and claims.

Every number comes from `query`: the count of a group is the total of an answer within it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final
from urllib.parse import urlencode

from referrals.caching import cached
from referrals.cards import labelled, registry
from referrals.cards.card import PATHS
from referrals.cards.wording import phrases
from referrals.formatting import percent
from referrals.i18n import code_labels, messages
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import Origin, PublishedNumber
from referrals.query.labels import code_rows
from referrals.query.observation import NOT_PUBLISHED, Observation, Share
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL, codelist
from referrals.release.release import Release

VICTIMS: Final = "victim_referrals"
SEX_RECORDED: Final = "_R"
OTHER: Final = "_OTH"
ADULTS: Final = "18+_NK"
PERCENT: Final = "percent"
FRACTION: Final = "fraction"
HOME: Final = "/"
MOST_NEAREST: Final = 3
"""The most of the nearest published figures that are named."""

Codes = Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """A published count of a group, or its share of another.

    `figure` is the number alone, `sentence` says it in full. `lower` and `upper` bound the count,
    or the share (of 1). `number_id` is the page of the number, `view` the page that shows it.
    """

    figure: str
    sentence: str
    lower: Fraction
    upper: Fraction
    number_id: str
    view: str
    codes: Codes
    subject: str
    base: Codes | None = None
    open_ended: bool = False
    of_recorded: Fraction | None = None
    note: str = ""

    @property
    def is_range(self) -> bool:
        """Return whether the fact is a range, and not one number."""
        return self.open_ended or (self.of_recorded is None and self.lower != self.upper)


def count(release: Release, codes: Codes) -> Fact | None:
    """Return the count of a group, None if it is not published."""
    number_id = published_numbers.id_of_cell(published_numbers.numbers(release), codes)
    answer = _answer(release, codes) if number_id else None
    if answer is None or not answer.total.has_number:
        return None
    lower, upper = answer.total.bounds
    figure = phrases.number(answer.total)
    return Fact(
        figure=figure,
        sentence=messages.text(
            f"ask.counted.{_certainty(answer.total)}",
            number=figure,
            referrals=subject(answer),
            period=release.about.period_label,
        ),
        lower=Fraction(lower),
        upper=Fraction(upper),
        number_id=number_id,
        view=view(release, codes),
        codes=dict(codes),
        subject=subject(answer),
        open_ended=answer.total.open_ended,
        note=_note(codes),
    )


def share(release: Release, part: tuple[str, str], base: Codes) -> Fact | None:
    """Return the share of a code, given as (dimension, code), of a group; None if unpublished."""
    dimension, code = part
    codes = {**base, dimension: code}
    counted_part, whole = count(release, codes), count(release, base)
    answer = _answer(release, base, dimension)
    if counted_part is None or whole is None or answer is None:
        return None
    shown = next((row for row in answer.observations if row.code == code), None)
    if shown is not None and shown.share is not None:
        found, possible = shown.share, phrases.share(shown)
    elif whole.lower == whole.upper:
        # A group that no page shows, such as three nationalities together.
        found = Share(counted_part.lower / whole.lower, counted_part.upper / whole.upper)
        possible = phrases.percent_range(found.lower, found.upper)
    else:
        return None
    figure, sentence = _share_words(release, answer, counted_part, found, possible)
    return replace(
        counted_part,
        figure=figure,
        sentence=sentence,
        lower=found.lower,
        upper=found.upper,
        number_id=_id_of_share(release, codes, base),
        base=dict(base),
        of_recorded=found.of_recorded,
    )


def breakdown(release: Release, dimension: str, codes: Codes) -> list[Fact]:
    """Return the published count of each group of a dimension, within a group."""
    answer = _answer(release, codes, dimension)
    if answer is None:
        return []
    found = [
        count(release, {**codes, dimension: row.code})
        for row in answer.observations
        if row.has_number
    ]
    return [fact for fact in found if fact is not None]


def nearest(release: Release, codes: Codes) -> list[Fact]:
    """Return the published counts of the smallest groups that hold a whole group."""
    counted = published_numbers.numbers(release).values()
    groups = {
        tuple(sorted(number.codes.items())): dict(number.codes)
        for number in counted
        if number.lower is not None and number.subject and _holds(release, number, codes)
    }
    smallest = [group for group in groups.values() if _is_smallest(release, group, groups.values())]
    smallest.sort(key=len, reverse=True)
    facts = [count(release, group) for group in smallest[:MOST_NEAREST]]
    return [fact for fact in facts if fact is not None]


def warm(release: Release) -> None:
    """Fill the caches with every published count and share, so that no reader waits for a query."""
    for number in published_numbers.numbers(release).values():
        if number.lower is None or number.subject != VICTIMS:
            continue
        count(release, number.codes)
        for dimension, code in number.codes.items():
            base = {name: other for name, other in number.codes.items() if name != dimension}
            share(release, (dimension, code), base)


def group(release: Release, codes: Codes) -> str:
    """Return a group as a noun phrase, whether or not it is published."""
    total = Observation(TOTAL, "", "total", None, None, None, NOT_PUBLISHED)
    answer = Answer(
        DIMENSIONS[-1],
        Selection(**codes),
        (),
        total,
        release.about.kind,
        labels=named(release, codes),
    )
    return subject(answer)


def subject(answer: Answer) -> str:
    """Return the group of an answer as a noun phrase: 'domestic abuse referrals of females'."""
    phrase = phrases.subject(answer)
    if answer.selection.sex == SEX_RECORDED:
        return messages.text("ask.subject.sex_recorded", referrals=phrase)
    return phrase


def named(release: Release, codes: Codes) -> dict[str, str]:
    """Return the label of each code by dimension: the release's own, or that of the code list."""
    known = _labels(release)
    return {
        name: known.get((name, code)) or code_labels.label(name, code, codelist(name).label(code))
        for name, code in codes.items()
    }


def title(release: Release, number: PublishedNumber) -> str:
    """Return the title of a number with its group: 'victims of crime referred (Vietnam)'."""
    if number.origin not in {Origin.STATEMENT, Origin.CONTEXT} or not number.codes:
        return number.title
    if number.origin is Origin.STATEMENT:
        labels = list(named(release, number.codes).values())
    else:
        labels = [messages.text(f"context.group.{code}") for code in number.codes.values()]
    group = phrases.comma_separated(labels)
    return messages.text("numbers.titled", title=number.title, group=group)


def view(release: Release, codes: Codes) -> str:
    """Return the address of the page that shows a group: a topic, filtered by the other codes."""
    for dimension, path in PATHS.items():
        others = {name: code for name, code in codes.items() if name != dimension}
        offer = registry.filters(release, dimension)[0]
        is_offered = all(code in offer.get(name, ()) for name, code in others.items())
        if dimension in codes and is_offered:
            return f"{path}?{urlencode(others)}" if others else path
    return HOME


def _answer(release: Release, codes: Codes, dimension: str = "") -> Answer | None:
    """Return an answer within a group, None if the release does not have one of its codes."""
    if any((name, code) not in _labels(release) for name, code in codes.items()):
        return None
    rows = dimension or next(name for name in reversed(DIMENSIONS) if name not in codes)
    return _cached_answer(release, rows, Selection(**codes))


@cached(256, registry.CACHE_KEYS)
def _cached_answer(release: Release, dimension: str, selection: Selection) -> Answer:
    return kinds.of(release).answer(dimension, selection)


@cached(2, registry.CACHE_KEYS)
def _labels(release: Release) -> Mapping[tuple[str, str], str]:
    return labelled.labels(release)


def _certainty(total: Observation) -> str:
    """Return the message for a count: printed, one number worked out, or a range."""
    if total.is_range or total.open_ended:
        return "range"
    return "worked_out" if total.working else "printed"


def _note(codes: Codes) -> str:
    """Return notes on the groups in a sentence, such as how a sex was recorded; '' if none."""
    keys = [f"{name}.{code}" for name, code in codes.items()]
    notes = {
        "sex.F": "ask.note.female",
        "sex.M": "ask.note.male",
        "sex._NK": "ask.note.sex_not_recorded",
        "age_band.0-17": "ask.note.under_18",
        "crime_type.MS": "ask.note.modern_slavery",
    }
    return " ".join(messages.text(notes[key]) for key in keys if key in notes)


def _share_words(
    release: Release, answer: Answer, part: Fact, found: Share, possible: str
) -> tuple[str, str]:
    """Return a share as a figure and as a sentence that names what it is a share of."""
    named_part = messages.text("ask.share.part", number=part.figure, referrals=part.subject)
    values = {"part": named_part, "counted": counted(answer), "period": release.about.period_label}
    if found.of_recorded is None or answer.recorded is None:
        return possible, messages.text("ask.share.of_all", share=possible, **values)
    figure = percent(found.of_recorded)
    sentence = messages.text(
        "ask.share.of_recorded",
        share=figure,
        n=answer.recorded,
        referrals=subject(answer),
        dimension=phrases.dimension(answer.dimension),
        possible=possible,
        **values,
    )
    return figure, sentence


def counted(answer: Answer) -> str:
    """Return the total and the group of an answer: '778 to 786 modern slavery referrals'."""
    return messages.text(
        "wording.counted", number=phrases.number(answer.total), referrals=subject(answer)
    )


def _id_of_share(release: Release, codes: Codes, base: Codes) -> str:
    """Return the printed share of a group, or else the number that is counted in it."""
    found = published_numbers.numbers(release)
    return printed_share(found.values(), codes, base) or published_numbers.id_of_cell(found, codes)


def printed_share(
    found: Iterable[PublishedNumber],
    codes: Codes,
    base: Codes,
    units: Collection[str] = (PERCENT,),
) -> str:
    """Return the id of the statement that prints a share in one of some units, '' if none does."""
    for number in found:
        is_share = number.unit in units and number.subject == VICTIMS
        if is_share and dict(number.codes) == dict(codes) and _base_of(number) == dict(base):
            return number.number_id
    return ""


def _base_of(number: PublishedNumber) -> dict[str, str] | None:
    """Return the codes of the group of a printed share; those recorded are the whole group."""
    if "subject" in number.share_of:
        return None
    pairs = [pair.partition("=") for pair in number.share_of.split(";") if "=" in pair]
    return {name: code for name, _, code in pairs if code != SEX_RECORDED}


def _holds(release: Release, number: PublishedNumber, codes: Codes) -> bool:
    """Return whether everyone in a group is counted by a number."""
    return all(
        name in codes and _covers(release, name, code, codes[name])
        for name, code in number.codes.items()
    )


def _covers(release: Release, dimension: str, wide: str, narrow: str) -> bool:
    if wide == narrow:
        return True
    if dimension == "nationality" and wide == OTHER:
        return (dimension, narrow) not in _labels(release)
    return narrow in _members(release).get((dimension, wide), ())


@cached(2, registry.CACHE_KEYS, has_words=False)
def _members(release: Release) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the codes that each code of the release adds up, by dimension and code."""
    return {
        (row["dimension"], row["code"]): tuple(row["members"].split()) for row in code_rows(release)
    }


def _is_smallest(release: Release, group: Codes, groups: Iterable[Codes]) -> bool:
    """Return whether no other of some groups is part of a group."""
    return not any(_is_within(release, other, group) for other in groups)


def _is_within(release: Release, small: Codes, large: Codes) -> bool:
    """Return whether one group is part of another, and not the same."""
    return dict(small) != dict(large) and all(
        name in small and _covers(release, name, code, small[name]) for name, code in large.items()
    )
