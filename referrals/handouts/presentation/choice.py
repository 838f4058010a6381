"""The choice of slides in an address: `slides=total,sex`, in the order to be shown.

A form without a script sends `slides=total&slides=sex`, which says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.cards.wording.phrases import comma_separated
from referrals.handouts.presentation.slide import Slide
from referrals.i18n import messages
from referrals.query.parameters import meant

SLIDES: Final = "slides"
SEPARATOR: Final = ","

LONGEST_NAME: Final = 40
"""The most characters of a wrong name that a message repeats."""


@dataclass(frozen=True)
class Choice:
    """The slides of a show in order, those left out, and the message on what is wrong."""

    slides: tuple[Slide, ...]
    others: tuple[Slide, ...] = ()
    problem: str = ""


def read(pairs: Iterable[tuple[str, str]], story: Sequence[Slide]) -> Choice:
    """Return the slides that the parameters of an address name; all of them if it names none.

    What others add to links is ignored. A slip of our own name gets a message.
    """
    given = list(pairs)
    values = [value for name, value in given if name == SLIDES]
    names = [name.strip().lower() for value in values for name in value.split(SEPARATOR)]
    asked = list(dict.fromkeys(name for name in names if name))
    by_name = {slide.name: slide for slide in story}
    chosen = tuple(by_name[name] for name in asked if name in by_name) or tuple(story)
    unknown = [name[:LONGEST_NAME] for name in asked if name not in by_name]
    known = comma_separated(by_name)
    problems = [_slip(name) for name, _ in given if name != SLIDES and meant(name, (SLIDES,))]
    if values and not asked:
        problems.append(messages.text("present.problem.empty", known=known))
    if unknown:
        names_in_full = comma_separated(unknown)
        problems.append(messages.text("present.problem.slides", names=names_in_full, known=known))
    others = tuple(slide for slide in story if slide not in chosen)
    return Choice(chosen, others, " ".join(problems))


def _slip(name: str) -> str:
    return messages.text("briefing.problem.name", name=name[:LONGEST_NAME], ours=SLIDES)
