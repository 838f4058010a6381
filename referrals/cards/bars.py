"""The bars of an answer, by number or by share, for every chart, picture and text of its card."""

from __future__ import annotations

from dataclasses import replace

from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.wording import kinds, phrases
from referrals.content.standalone_pages import profile_address
from referrals.formatting import percent
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE


def bars(answer: Answer) -> tuple[Bar, ...]:
    """Return one bar per observation, in referrals or percent, depending on the selection."""
    draw = _share if answer.selection.measure == SHARE else number
    return tuple(draw(answer, observation) for observation in answer.observations)


def number(answer: Answer, observation: Observation) -> Bar:
    """Return the bar of a number: with a line if it is rounded, a pale end if it is a range."""
    bar = _bar(answer, observation, phrases.number(observation))
    if not observation.has_number:
        return replace(bar, is_absent=True)
    lower, upper = observation.bounds
    if observation.value is not None and lower < upper and not observation.is_range:
        possible = kinds.of(answer.kind).possible_range(observation)
        return replace(bar, possible=possible, solid=observation.value, upper=upper, lower=lower)
    return replace(bar, solid=lower, upper=lower if observation.open_ended else upper)


def _share(answer: Answer, observation: Observation) -> Bar:
    """Return the bar of a share, in percent.

    If the number recorded is known, every share is of those, with a line for its range among all.
    Those not recorded then have no share.
    """
    share = observation.share
    absent = _reason_for_no_share(answer, observation)
    if share is None or absent:
        return replace(_bar(answer, observation, absent), is_absent=True)
    low, high = float(share.lower) * 100, float(share.upper) * 100
    bar = _bar(answer, observation, phrases.share(observation))
    if share.of_recorded is not None:
        return replace(
            bar,
            shown=percent(share.of_recorded),
            possible=phrases.percent_range(share.lower, share.upper),
            solid=float(share.of_recorded) * 100,
            upper=high,
            lower=low,
        )
    if share.value is None:
        return replace(bar, solid=low, upper=low if observation.open_ended else high)
    value = float(share.value) * 100
    if low == high:
        return replace(bar, solid=value, upper=value)
    possible = kinds.of(answer.kind).possible_share(answer, observation)
    return replace(bar, possible=possible, solid=value, upper=high, lower=low)


def _reason_for_no_share(answer: Answer, observation: Observation) -> str:
    """Return the words instead of a share, '' if there is one."""
    if not observation.has_number:
        return phrases.number(observation)
    if observation.share is None or answer.is_unreliable:
        return phrases.too_few()
    if answer.recorded is not None and observation.share.of_recorded is None:
        return messages.text("cards.in_no_share", number=phrases.number(observation))
    return ""


def _bar(answer: Answer, observation: Observation, shown: str) -> Bar:
    """Return a bar without length, with its texts and its colour."""
    symbol = f"[{observation.status}]" if observation.status else ""
    colour = colours.of_code(answer.dimension, observation.code)
    label, address = phrases.label(observation), _profile(answer, observation)
    return Bar(label, shown, 0, 0, colour, symbol=symbol, address=address)


def _profile(answer: Answer, observation: Observation) -> str:
    """Return the address of the profile of a nationality with a printed number, '' for others."""
    is_profiled = (
        not answer.kind.is_from_records
        and answer.dimension == "nationality"
        and observation.kind == "category"
        and observation.has_number
    )
    return profile_address(observation.code) if is_profiled else ""
