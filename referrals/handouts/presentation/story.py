"""The story of the published year in eight slides.

Every number is read from the release: from a card, or from a printed statement by its id. The words
are in `data/locale/en/present.toml`, and those of cards, flow chart and help lines where they are
for the other pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from referrals.caching import cached
from referrals.cards import labelled, registry
from referrals.cards.bars import bars
from referrals.cards.card import PATHS, Card
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.exports.notes import plain
from referrals.cards.wording import phrases
from referrals.content import flowchart
from referrals.formatting import day
from referrals.handouts.presentation.slide import (
    Chart,
    Evidence,
    Flow,
    HelpLines,
    Points,
    Slide,
    Step,
    release_line,
    source_line,
)
from referrals.i18n import code_labels, messages
from referrals.i18n.printed_figures import figure
from referrals.language import isolated
from referrals.query import arrangement
from referrals.query.answer import Answer
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import PublishedNumber
from referrals.query.selection import Selection
from referrals.reference import helplines, table_schema
from referrals.release.release import Release

ALL_REFERRALS, VICTIM_REFERRALS, SHARE_OF_ALL = "E001", "E002", "E003"
NATIONALITIES: Final = "E022"
TWENTY_TO_39: Final = "E019"
CANNOT_BE_KNOWN: Final = "E011"
NO_WITNESSES: Final = "E012"
REASONS: Final = "E029"
"""The statements that slides name."""

STEPS: Final = ("encounter", "decision", "referral", "check", "next")
"""The steps of the flow chart from the first to the last, without those that lead back."""

_FULL_STOP: Final = re.compile(r"\.(?:\s+|$)|[。۔।]\s*")
"""The end of a sentence: in Latin letters, Chinese, Urdu and Bengali."""

GAPS: Final = ("outcomes", "witnesses", "email", "repeat", "years")


@cached(2, registry.CACHE_KEYS)
def slides(release: Release) -> tuple[Slide, ...]:
    """Return the eight slides of the published year, in the order of the story."""
    return tuple(make(release) for make in _SLIDES.values())


def _total(release: Release) -> Slide:
    numbers = published_numbers.numbers(release)
    printed = [numbers[name] for name in (VICTIM_REFERRALS, ALL_REFERRALS, SHARE_OF_ALL)]
    victims, everything, share = printed
    rows = [
        _bar("all", everything, Meaning.OTHER),
        _bar("victims", victims, Meaning.NUMBER),
    ]
    period = code_labels.period(release.about.period_label)
    unit = _text("total.unit", period=period)
    evidence = tuple(map(_statement, printed))
    number = isolated(figure(victims.shown))
    title = _text("total.title", number=number, period=period)
    return Slide(
        name="total",
        title=title,
        # In another language the number may stand elsewhere.
        emphasis=number if title.startswith(number) else "",
        lead=(_text("total.lead"),),
        figure=Chart(unit, _in_words(unit, rows), tuple(rows)),
        note=_text("total.note", share=figure(share.shown)),
        source=source_line(evidence),
        page="/",
        release=release_line(release.about),
        say=(_text("total.say", date=day(victims.document.published_on)),),
        evidence=evidence,
    )


def _nationality(release: Release) -> Slide:
    number = published_numbers.numbers(release)[NATIONALITIES]
    slide = _of_dimension(release, "nationality", note={"n": figure(number.shown)})
    return _with_evidence(slide, [_statement(number)])


def _crime_type(release: Release) -> Slide:
    return _of_dimension(release, "crime_type")


def _sex(release: Release) -> Slide:
    answer = _answer(release, "sex")
    shares = {"males": _share(answer, "M"), "females": _share(answer, "F")}
    return _of_dimension(release, "sex", say={**shares, "total": phrases.number(answer.total)})


def _age(release: Release) -> Slide:
    share = published_numbers.numbers(release)[TWENTY_TO_39]
    total = phrases.number(_answer(release, "age_band").total)
    return _of_dimension(release, "age_band", note={"share": figure(share.shown), "total": total})


def _details(release: Release) -> Slide:
    rows = table_schema.read(flowchart.FILE)
    is_choice = {row["step"]: row["is_choice"] == "yes" for row in rows}
    steps = tuple(
        Step(
            messages.text(f"flowchart.{name}.title"),
            messages.text(f"flowchart.{name}.who"),
            messages.text("flowchart.choice") if is_choice[name] else "",
        )
        for name in STEPS
    )
    outcomes = tuple(
        messages.text(f"flowchart.{row['step']}.title")
        for row in rows
        if row["lane"] == flowchart.OUTCOME
    )
    titles = messages.text("wording.separator").join(step.title for step in steps)
    figure = Flow(
        _text("details.alternative", steps=titles, outcomes=phrases.listed(outcomes)),
        steps,
        outcomes,
        messages.text("flowchart.outcomes"),
        messages.text("flowchart.not_published"),
    )
    evidence = (_statement(published_numbers.numbers(release)[REASONS]),)
    written = day(evidence[0].published_on[: len("2021-12")])
    return Slide(
        name="details",
        title=_text("details.title"),
        lead=(messages.text("flowchart.referral.text"),),
        figure=figure,
        note=_text("details.note", date=written),
        source=source_line(evidence, ["1", "2.1"]),
        page="/data-sharing",
        release=release_line(release.about),
        say=(_text("details.say"), messages.text("flowchart.safeguarding")),
        evidence=evidence,
    )


def _gaps(release: Release) -> Slide:
    evidence = (_statement(published_numbers.numbers(release)[NO_WITNESSES]),)
    return Slide(
        name="gaps",
        title=_text("gaps.title"),
        lead=(_text("gaps.lead"),),
        figure=Points(tuple(_text(f"gaps.{name}") for name in GAPS)),
        source=source_line(evidence, ["1", "2.1"]),
        page="/gaps",
        release=release_line(release.about),
        say=(_text("gaps.say"),),
        evidence=evidence,
    )


def _help(release: Release) -> Slide:
    rows = helplines.helplines()
    emergency = next(row for row in rows if row["need"] == "danger")
    lines = tuple(
        (messages.words("helplines", row["card"]), row["number"]) for row in rows if row["card"]
    )
    check_by = min(row["check_by"] for row in rows)
    figure = HelpLines(
        (
            messages.text("helplines.danger"),
            emergency["number"],
            messages.text("helplines.danger_police"),
        ),
        lines,
        check_by,
        messages.text("helplines.overdue", date=day(check_by)),
    )
    return Slide(
        name="help",
        title=_text("help.title"),
        lead=(messages.text("helplines.caution_below"),),
        figure=figure,
        source=_text("help.source", date=day(check_by)),
        page="/safeguarding",
        release=release_line(release.about),
        say=(_text("help.say"),),
        evidence=(_statement(published_numbers.numbers(release)[CANNOT_BE_KNOWN]),),
    )


_SLIDES: Final[Mapping[str, Callable[[Release], Slide]]] = {
    "total": _total,
    "nationality": _nationality,
    "crime-type": _crime_type,
    "sex": _sex,
    "age": _age,
    "details": _details,
    "gaps": _gaps,
    "help": _help,
}

NAMES: Final = tuple(_SLIDES)
"""The names of the slides in addresses, in the order of the story."""


def _of_dimension(
    release: Release,
    dimension: str,
    *,
    note: Mapping[str, str] | None = None,
    say: Mapping[str, str] | None = None,
) -> Slide:
    """Return the slide of a dimension: its card, with the assumptions of its numbers.

    `note` and `say` are the values of these two messages.
    """
    card = registry.card(registry.dimension_name(dimension), release, Selection())
    name = PATHS[dimension].strip("/")
    title, *more = sentences(card.finding)
    answer = _answer(release, dimension)
    rows = enumerate(answer.observations)
    figure = Chart(
        card.unit,
        card.alternative,
        tuple(map(without_letter, bars(answer))),
        open_ended=frozenset(place for place, row in rows if row.open_ended),
    )
    evidence = of_card(card)
    return Slide(
        name=name,
        title=title,
        lead=tuple(more),
        figure=figure,
        note=_text(f"{name}.note", **(note or {})),
        source=source_line(evidence),
        page=card.link,
        release=release_line(card.about),
        say=(_text(f"{name}.say", **(say or {})),),
        workings=tuple(plain(text) for text in (*card.notes, *card.further_notes)),
        evidence=evidence,
        mark=card.banner,
    )


def sentences(text: str) -> list[str]:
    """Return the sentences of a finding. The first is a title, so it ends without a full stop.

    >>> sentences("62% were male. Sex was not recorded in 194 more.")
    ['62% were male', 'Sex was not recorded in 194 more.']
    >>> sentences("1.131 là nam."), sentences("男性占62%。另有194次未记录性别。")
    (['1.131 là nam'], ['男性占62%', '另有194次未记录性别。'])
    """
    first, *rest = _FULL_STOP.split(text, maxsplit=1)
    return [first, *(sentence for sentence in rest if sentence)]


def of_card(card: Card) -> tuple[Evidence, ...]:
    """Return the printed sentences behind a card."""
    return tuple(map(_quote, card.quotes))


def without_letter(bar: Bar) -> Bar:
    """Return a bar for a screen: no letter to look up, as the note says it, and no link."""
    return replace(bar, symbol="", address="")


def _with_evidence(slide: Slide, more: Iterable[Evidence]) -> Slide:
    evidence = (*slide.evidence, *more)
    return replace(slide, evidence=evidence, source=source_line(evidence))


def _answer(release: Release, dimension: str) -> Answer:
    answer = labelled.of(release).answer(dimension, Selection())
    return arrangement.arranged(answer, {}, "")


def _share(answer: Answer, code: str) -> str:
    """Return the share of a code among all, known or not: '53% to 68%'."""
    share = answer.observation(code).share
    return phrases.percent_range(share.lower, share.upper) if share else ""


def _bar(name: str, number: PublishedNumber, meaning: Meaning) -> Bar:
    """Return the bar of a printed count of referrals."""
    value = int(number.value)
    return Bar(_text(f"total.{name}"), figure(number.shown), value, value, meaning)


def _in_words(unit: str, rows: Iterable[Bar]) -> str:
    values = phrases.rows((bar.label, bar.text) for bar in rows)
    return _text("chart", unit=unit, rows=values)


def _statement(number: PublishedNumber) -> Evidence:
    document = number.document
    return Evidence(
        number.number_id,
        number.sentence,
        document.section,
        document.publisher,
        document.title,
        document.published_on,
        document.address,
    )


def _quote(quote: Mapping[str, Any]) -> Evidence:
    return Evidence(
        quote.get("statement_id", ""),
        quote["quotation"],
        quote.get("section", ""),
        quote["publisher"],
        quote["source_title"],
        quote["published_on"],
        quote["address"],
    )


def _text(key: str, **values: object) -> str:
    return messages.text(f"present.{key}", **values)
