"""The words of a card that are the same for every kind of release: title, unit, workings, chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from referrals.cards.wording import change, kinds, phrases
from referrals.cards.wording.phrases import Form
from referrals.content.standalone_pages import number_address
from referrals.i18n import messages
from referrals.language import in_english
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE
from referrals.reference.codelists import NOT_RECORDED

_NUMBER_ID: Final = re.compile(r"\b[DR]\d\d\b")


def title(answer: Answer) -> str:
    """Return the title of a card: 'Worked example: Domestic abuse referrals by sex'."""
    text = messages.text(
        "wording.title",
        referrals=phrases.subject(answer, Form.TITLE),
        dimension=phrases.dimension(answer.dimension),
    )
    return phrases.headed(text, is_invented=answer.is_invented)


def quarters_title(answer: Answer) -> str:
    """Return the title of a card of quarters: 'Domestic abuse referrals by quarter'."""
    text = messages.text("wording.quarters_title", referrals=phrases.subject(answer, Form.TITLE))
    return phrases.headed(text, is_invented=answer.is_invented)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, or the chosen numbers side by side if some were chosen."""
    if not answer.is_comparison:
        return kinds.of(answer.kind).finding(answer)
    with_number = [row for row in answer.observations if row.has_number]
    if not with_number:
        text = messages.text(
            "wording.comparison.unpublished",
            groups=phrases.listed(row.label for row in answer.observations),
            referrals=phrases.subject(answer),
        )
        return phrases.headed(text, is_invented=answer.is_invented)
    text = messages.text(
        "wording.comparison.finding",
        clauses=phrases.listed(_compared(answer, row) for row in with_number),
        counted=phrases.counted(answer),
    )
    without = [_without_number(answer, row) for row in answer.observations if not row.has_number]
    return phrases.headed(" ".join([text, *without]), is_invented=answer.is_invented)


def _compared(answer: Answer, observation: Observation) -> str:
    """Return one of several numbers: '237 from Vietnam (18%)'."""
    text = phrases.of_group(answer, observation, phrases.stated(observation))
    share = "" if answer.is_unreliable else phrases.stated_share(observation)
    return messages.text("wording.comparison.with_share", text=text, share=share) if share else text


def _without_number(answer: Answer, observation: Observation) -> str:
    """Return why one of several has no number: 'The number from Vietnam is not published.'."""
    is_crime = answer.dimension == "crime_type" and observation.code != NOT_RECORDED
    if is_crime:
        referrals = messages.text(f"wording.subject.{Form.INSIDE}.{observation.code}")
        subject = messages.text("wording.comparison.absent_of_crime", referrals=referrals)
    else:
        absent = messages.text("wording.comparison.absent_of")
        subject = phrases.of_group(answer, observation, absent)
    reason = phrases.absent(observation.status)
    return messages.text("wording.comparison.absent", subject=subject, reason=reason)


def over_time_title(answer: Answer) -> str:
    """Return the title of a card over time: 'Victim referrals by sex and quarter'."""
    text = messages.text(
        "wording.over_time.title",
        referrals=phrases.subject(answer, Form.TITLE),
        dimension=phrases.dimension(answer.dimension),
    )
    return phrases.headed(text, is_invented=answer.is_invented)


def over_time(answer: Answer, quarters: Mapping[str, Sequence[Observation]]) -> str:
    """Return the headline of quarters by the label of their code, by the rule of `wording.change`.

    It compares the latest quarter with the earliest of the same time of year.
    """
    if not quarters:
        text = messages.text("wording.over_time.none", referrals=phrases.subject(answer))
        return phrases.headed(text, is_invented=answer.is_invented)
    ends = {
        label: change.like_with_like(found, lambda quarter: quarter.code)
        for label, found in quarters.items()
    }
    first, last = next(iter(ends.values()))
    text = messages.text(
        "wording.over_time.finding",
        first=first.label,
        last=last.label,
        clauses=phrases.listed(
            _changed(phrases.plural(label), *pair) for label, pair in ends.items()
        ),
    )
    return phrases.headed(text, is_invented=answer.is_invented)


def over_time_parts(
    answer: Answer, quarters: Mapping[str, Sequence[Observation]]
) -> tuple[str, str]:
    """Return the headline of `over_time` in two sentences: on the first code, and on the others.

    The second is '' if there are no others.
    """
    names = list(quarters)
    first = {name: quarters[name] for name in names[:1]}
    others = {name: quarters[name] for name in names[1:]}
    return over_time(answer, first), over_time(answer, others) if others else ""


def _changed(label: str, first: Observation, last: Observation) -> str:
    """Return how a number changed: 'Vietnam rose from 60 to 72'."""
    is_known = first.has_number and last.has_number
    direction = change.direction(first.bounds, last.bounds) if is_known else "absent"
    return messages.text(
        f"wording.over_time.{direction}",
        group=label,
        first=phrases.stated(first),
        last=phrases.stated(last),
    )


def unit(answer: Answer, *, of_each: bool = False) -> str:
    """Return the unit of a card's numbers, and their period.

    `of_each` means that there is more than one column, each with shares of its own.
    """
    period = answer.period
    if answer.selection.measure != SHARE:
        return messages.text("wording.unit.number", period=period)
    if answer.recorded is not None:
        return messages.text(
            f"wording.unit.recorded.{'share_of_each' if of_each else 'share'}",
            n=answer.recorded,
            dimension=phrases.dimension(answer.dimension),
            period=period,
        )
    if of_each:
        return messages.text("wording.unit.share_of_each", period=period)
    if not answer.total.has_number:
        return messages.text(
            "wording.unit.share_unknown_total", referrals=phrases.subject(answer), period=period
        )
    return messages.text("wording.unit.share", counted=phrases.counted(answer), period=period)


def workings(answer: Answer, group: str = "") -> list[str]:
    """Return the working of each unprinted number; `group` is the label of its column."""
    return [
        text
        for observation in answer.observations
        for text in working(observation, _label(observation, group))
    ]


def assumptions(answer: Answer, group: str = "") -> list[str]:
    """Return the assumptions of each unprinted number; `group` is the label of its column."""
    return [
        text
        for observation in answer.observations
        for text in assumption(observation, _label(observation, group))
    ]


def working(observation: Observation, label: str) -> list[str]:
    """Return the working of a number; nothing if it is printed."""
    if not observation.working:
        return []
    shown = observation.working.removesuffix(".")
    return [messages.text("wording.working", label=label, working=in_english(shown))]


def assumption(observation: Observation, label: str) -> list[str]:
    """Return the assumptions of a number, with ids as links; nothing if it is printed."""
    if not observation.assumes:
        return []
    assumes = in_english(_NUMBER_ID.sub(_link, observation.assumes))
    return [messages.text("wording.assumes", label=label, assumes=assumes)]


def _label(observation: Observation, group: str) -> str:
    if not group:
        return phrases.first_label(observation)
    label = phrases.in_sentence(phrases.label(observation))
    return messages.text("wording.group_and_label", group=group, label=label)


def _link(number_id: re.Match[str]) -> str:
    """Return the id of a check or of a worked-out number as a link to its page, in Markdown."""
    return f"[{number_id[0]}]({number_address(number_id[0])})"


def share_headings(answer: Answer, *, of_each: bool = False) -> list[str]:
    """Return the headings of the columns of shares, which name the total of the shares.

    There is one column, of all, and another one before it if the number recorded is known.
    `of_each` means that a card has several answers, each with its own total.
    """
    dimension = phrases.dimension(answer.dimension)
    key = "of_each" if of_each else "of_one"
    if answer.recorded is not None:
        values = {"dimension": dimension, "total": phrases.number(answer.total)}
        recorded = messages.text(f"wording.share.{key}.recorded", n=answer.recorded, **values)
        return [recorded, messages.text(f"wording.share.{key}.all", **values)]
    if of_each:
        return [messages.text("wording.share.of_each.total")]
    if not answer.total.has_number:
        return [messages.text("wording.share.of_one.unknown", referrals=phrases.subject(answer))]
    return [messages.text("wording.share.of_one.total", counted=phrases.counted(answer))]


def chart_text(answer: Answer, rows: Iterable[tuple[str, str]]) -> str:
    """Return the text alternative of a chart: finding, labels and numbers."""
    return messages.text(
        "wording.bar_chart",
        finding=finding(answer),
        referrals=phrases.subject(answer),
        dimension=phrases.dimension(answer.dimension),
        rows=phrases.rows(rows),
    )
