"""The words of a card that are the same for every kind of release: title, workings, chart text."""

from __future__ import annotations

from referrals.cards.wording import kinds, phrases
from referrals.formatting import count
from referrals.query.answer import Answer
from referrals.query.selection import SHARE


def title(answer: Answer) -> str:
    """Return the title of a card: 'Illustrative: Domestic abuse referrals by sex'."""
    return phrases.headed(_title(answer), is_illustrative=answer.is_illustrative)


def workings(answer: Answer, group: str = "") -> list[str]:
    """Return how each unprinted number was worked out; `group` is the label of its column."""
    return [
        f"{_named(phrases.label(one), group)}: {one.working.removesuffix('.')}."
        for one in answer.observations
        if one.working
    ]


def chart_text(answer: Answer) -> str:
    """Return a chart in words, the finding first, for those who do not see it."""
    by_share = answer.selection.measure == SHARE and not answer.is_unreliable
    rows = []
    for one in answer.observations:
        share = phrases.share(one) if by_share else ""
        rows.append(f"{phrases.label(one)}: {share or phrases.number(one)}")
    finding, subject = kinds.of(answer.kind).finding(answer), _title(answer)
    return f"{finding} Bar chart of {subject[0].lower()}{subject[1:]}. {'; '.join(rows)}."


def shares_of(answer: Answer) -> str:
    """Return what the shares of an answer are shares of."""
    if answer.recorded is not None:
        name = phrases.DIMENSION_NAMES[answer.dimension]
        return f"Share of the {count(answer.recorded)} with {name} recorded"
    if not answer.total.has_number:
        return f"Share of {phrases.what(answer)}"
    return f"Share of {phrases.whole(answer)}"


def _title(answer: Answer) -> str:
    name = phrases.DIMENSION_NAMES[answer.dimension]
    return f"{phrases.capital(phrases.what(answer))} by {name}"


def _named(label: str, group: str) -> str:
    return f"{group}, {phrases.in_sentence(label)}" if group else phrases.capital(label)
