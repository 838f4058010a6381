"""The bars of an answer, by number or by share, for Plotly charts, HTML tables and SVG pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from referrals.cards.wording import kinds, phrases
from referrals.formatting import percent
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE
from referrals.reference.codelists import NOT_RECORDED


@dataclass(frozen=True)
class Bar:
    """One bar, in referrals or percent, or scaled to the longest bar.

    It is solid up to `solid`; the number can be as large as `upper`. If it can also be smaller than
    `solid`, `lower` is its minimum and a line runs from there to `upper`; otherwise the part beyond
    `solid` is hatched. `shown` is the number as text, `symbol` the letter of its status, and
    `style` is main, second, grey (not recorded) or missing.
    """

    label: str
    shown: str
    solid: float
    upper: float
    style: str
    lower: float | None = None
    symbol: str = ""

    @property
    def text(self) -> str:
        """The number as text, with the letter of its status: '778 to 786 [e]'."""
        return f"{self.shown} {self.symbol}".strip()

    @property
    def row(self) -> tuple[str, str, float, float, str]:
        """The bar as a row of `templates.bars`, which draws no lines."""
        to = self.upper if self.lower is None else self.solid
        return self.label, self.text, self.solid, to, self.style

    def scaled(self, longest: float) -> Bar:
        """Return the bar with its lengths as shares of the longest bar."""
        low = None if self.lower is None else self.lower / longest
        return replace(self, solid=self.solid / longest, upper=self.upper / longest, lower=low)


def bars(answer: Answer) -> tuple[Bar, ...]:
    """Return one bar per observation, in referrals or percent, depending on the selection."""
    draw = _share if answer.selection.measure == SHARE else number
    return tuple(
        replace(draw(answer, observation), style=_style(answer, observation))
        for observation in answer.observations
    )


def number(answer: Answer, observation: Observation) -> Bar:
    """Return the bar of a number, in referrals: a rounded one has a line, a range is hatched."""
    bar = _absent(observation, phrases.number(observation))
    if not observation.has_number:
        return bar
    lower, upper = observation.bounds
    if observation.value is not None and lower < upper and not observation.is_range:
        shown = _with_range(bar.shown, kinds.of(answer.kind).possible_range(observation))
        return replace(
            bar, shown=shown, solid=observation.value, upper=upper, lower=lower, style="main"
        )
    return replace(bar, solid=lower, upper=lower if observation.open_ended else upper, style="main")


def _share(answer: Answer, observation: Observation) -> Bar:
    """Return the bar of a share, in percent.

    If it is known how many are recorded, the share is of those, with a line for its range of all.
    """
    if not observation.has_number:
        return _absent(observation, phrases.number(observation))
    share = observation.share
    if share is None or answer.is_unreliable:
        return _absent(observation, phrases.too_few())
    low, high = float(share.lower) * 100, float(share.upper) * 100
    wording = kinds.of(answer.kind)
    of_all = phrases.share(observation)
    if wording.is_share_of_all(observation):
        of_all = messages.text("cards.share_of_all", share=of_all)
    bar = _absent(observation, of_all)
    if share.of_recorded is not None:
        shown = percent(share.of_recorded)
        return replace(
            bar, shown=shown, solid=float(share.of_recorded) * 100, upper=high, lower=low
        )
    if share.value is None:
        return replace(bar, solid=low, upper=low if observation.open_ended else high)
    value = float(share.value) * 100
    if low == high:
        return replace(bar, solid=value, upper=value)
    shown = _with_range(bar.shown, wording.possible_share(answer, observation))
    return replace(bar, shown=shown, solid=value, upper=high, lower=low)


def _with_range(number: str, possible: str) -> str:
    """Return a number with its range in brackets, or alone if it has none."""
    if not possible:
        return number
    return messages.text("cards.number_with_range", number=number, range=possible)


def _absent(observation: Observation, shown: str) -> Bar:
    """Return a bar without length, labelled with a text."""
    symbol = f"[{observation.status}]" if observation.status else ""
    return Bar(phrases.label(observation), shown, 0, 0, "missing", symbol=symbol)


def _style(answer: Answer, observation: Observation) -> str:
    has_no_share = answer.is_unreliable and answer.selection.measure == SHARE
    if has_no_share or not observation.has_number:
        return "missing"
    if observation.code == NOT_RECORDED:
        return "grey"
    return "second" if answer.dimension == "sex" and observation.code == "F" else "main"
