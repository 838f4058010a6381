"""The words of a card that are the same for every kind of release: title, unit, workings, chart."""

from __future__ import annotations

from referrals.cards.wording import kinds, phrases
from referrals.cards.wording.phrases import Form
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE


def title(answer: Answer) -> str:
    """Return the title of a card: 'Illustrative: Domestic abuse referrals by sex'."""
    text = messages.text(
        "wording.title",
        referrals=phrases.subject(answer, Form.TITLE),
        dimension=phrases.dimension(answer.dimension),
    )
    return phrases.headed(text, is_illustrative=answer.is_illustrative)


def quarters_title(answer: Answer) -> str:
    """Return the title of a card of quarters: 'Domestic abuse referrals by quarter'."""
    text = messages.text("wording.quarters_title", referrals=phrases.subject(answer, Form.TITLE))
    return phrases.headed(text, is_illustrative=answer.is_illustrative)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, or the chosen numbers side by side if some were chosen."""
    if not answer.is_comparison:
        return kinds.of(answer.kind).finding(answer)
    clauses = phrases.listed(_compared(answer, row) for row in answer.observations)
    text = messages.text(
        "wording.comparison.finding", clauses=clauses, counted=phrases.counted(answer)
    )
    return phrases.headed(text, is_illustrative=answer.is_illustrative)


def _compared(answer: Answer, observation: Observation) -> str:
    """Return one of several numbers: 'Vietnam 237 (18%)'."""
    share = "" if answer.is_unreliable else phrases.share(observation)
    return messages.text(
        f"wording.comparison.{'with_share' if share else 'number'}",
        group=observation.label,
        number=phrases.number(observation),
        share=share,
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


def chart_text(answer: Answer) -> str:
    """Return a chart in words, the finding first, for those who do not see it."""
    by_share = answer.selection.measure == SHARE and not answer.is_unreliable
    rows = []
    for observation in answer.observations:
        share = phrases.share(observation) if by_share else ""
        rows.append((phrases.label(observation), share or phrases.number(observation)))
    return messages.text(
        "wording.bar_chart",
        finding=finding(answer),
        referrals=phrases.subject(answer),
        dimension=phrases.dimension(answer.dimension),
        rows=phrases.rows(rows),
    )
