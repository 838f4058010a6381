"""The words of a card that are the same for every kind of release: title, unit, workings, chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from referrals.cards.wording import change, kinds, phrases
from referrals.cards.wording.phrases import Form
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE


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
    clauses = phrases.listed(_compared(answer, row) for row in answer.observations)
    text = messages.text(
        "wording.comparison.finding", clauses=clauses, counted=phrases.counted(answer)
    )
    return phrases.headed(text, is_invented=answer.is_invented)


def _compared(answer: Answer, observation: Observation) -> str:
    """Return one of several numbers: 'Vietnam 237 (18%)'."""
    share = "" if answer.is_unreliable else phrases.share(observation)
    return messages.text(
        f"wording.comparison.{'with_share' if share else 'number'}",
        group=observation.label,
        number=phrases.number(observation),
        share=share,
    )


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
        clauses=phrases.listed(_changed(label, *pair) for label, pair in ends.items()),
    )
    return phrases.headed(text, is_invented=answer.is_invented)


def _changed(label: str, first: Observation, last: Observation) -> str:
    """Return how a number changed: 'Vietnam rose from 60 to 72'."""
    is_known = first.has_number and last.has_number
    direction = change.direction(first.bounds, last.bounds) if is_known else "absent"
    return messages.text(
        f"wording.over_time.{direction}",
        group=label,
        first=phrases.number(first),
        last=phrases.number(last),
    )


def unit(answer: Answer, *, of_each: bool = False) -> str:
    """Return what the numbers of a card are, and their period.

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
    """Return how each unprinted number was worked out; `group` is the label of its column."""
    found = []
    for observation in answer.observations:
        working = observation.working.removesuffix(".")
        if working and group:
            label = phrases.in_sentence(phrases.label(observation))
            found.append(
                messages.text("wording.working_of_group", group=group, label=label, working=working)
            )
        elif working:
            label = phrases.first_label(observation)
            found.append(messages.text("wording.working", label=label, working=working))
    return found


def share_headings(answer: Answer, *, of_each: bool = False) -> list[str]:
    """Return the heads of the columns of shares, which say what the shares are of.

    There is one column, of all, or one of those recorded before it. `of_each` means that there is
    more than one column of an answer, each with its own total.
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
    """Return a chart in words, for those who do not see it: finding, labels and numbers."""
    return messages.text(
        "wording.bar_chart",
        finding=finding(answer),
        referrals=phrases.subject(answer),
        dimension=phrases.dimension(answer.dimension),
        rows=phrases.rows(rows),
    )
