"""The choices of a reader of a topic page, read from an address by the page and its first paint.

It does not use Streamlit, because the first paint is made before any session exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from referrals.cards import registry
from referrals.cards.wording import phrases
from referrals.content import outline
from referrals.i18n import messages
from referrals.query.labels import Labels
from referrals.query.selection import (
    MEASURES,
    MOST_COMPARED,
    PERIOD,
    RELEASE,
    SEPARATOR,
    SORT,
    Fault,
    Selection,
    fault,
    read_address,
)
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release

VIEW, MEASURE = "view", "measure"
CHART, TABLE, TIME = VIEWS = ("chart", "table", "time")
"""The ways to show an answer, one at a time. The first is the default."""

MOST_BUTTONS: Final = 5
"""The most options of a filter that are drawn as buttons. A longer filter is a list to open."""


@dataclass(frozen=True)
class Field:
    """One choice: its parameter in the address, its label, and the label of each option by code.

    The first option is the usual one, which an address leaves out. A field that `is_comparison`
    takes several options, and shows everything if it has none.
    """

    name: str
    label: str
    options: Mapping[str, str]
    chosen: str
    is_comparison: bool = False

    @property
    def usual(self) -> str:
        """The option of a reader who has chosen nothing."""
        return "" if self.is_comparison else next(iter(self.options))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes chosen in a comparison."""
        return tuple(self.chosen.split(SEPARATOR)) if self.chosen else ()

    @property
    def is_short(self) -> bool:
        """Return whether its options fit as buttons; those of a comparison if all can be chosen."""
        return len(self.options) <= (MOST_COMPARED if self.is_comparison else MOST_BUTTONS)

    @property
    def is_changed(self) -> bool:
        """Return whether a reader chose something other than the usual."""
        return self.chosen != self.usual

    @property
    def shown(self) -> str:
        """The label of the chosen option, or those of several."""
        if self.is_comparison:
            return phrases.comma_separated(self.options[code] for code in self.codes)
        return self.options[self.chosen]


@dataclass(frozen=True)
class Unusable:
    """A parameter that a page cannot use, as it is in the address, and its fault."""

    written: str
    fault: Fault


@dataclass(frozen=True)
class Choices:
    """The choices of a reader on the page of a dimension.

    `unusable` has the parameters that the page cannot use.
    """

    key: str
    dimension: str
    release: Release
    selection: Selection
    view: str = CHART
    unusable: tuple[Unusable, ...] = ()

    def address(self) -> dict[str, str]:
        """Return the address parameters of these choices: those that differ from the usual."""
        view = {VIEW: self.view} if self.view != CHART else {}
        return self.selection.address() | view

    def filters(self) -> list[Field]:
        """Return the filters that have more than one possible value.

        The page's own dimension is first, and the period last. A view over time shows every period,
        and so has no filter on it.
        """
        offer, labels = registry.filters(self.release, self.dimension)
        found = [self._comparison(offer[self.dimension], labels)]
        for name in (*DIMENSIONS, PERIOD):
            codes = offer.get(name, ())
            if name == self.dimension or not codes or (name == PERIOD and self.view == TIME):
                continue
            every = codes if name == PERIOD else (TOTAL, *codes)
            options = {code: labels[name, code] for code in every}
            if name != PERIOD:  # the label of the total is too long for the list
                options[TOTAL] = messages.text("filters.everything")
            chosen = str(getattr(self.selection, name)) or codes[0]
            found.append(Field(name, messages.text(f"filters.dimension.{name}"), options, chosen))
        return [field for field in found if len(field.options) > 1]

    def has_buttons(self) -> bool:
        """Return whether all filters are short enough to be drawn as buttons.

        Lists to open need a quarter more scripts than the rest of a page, so they are drawn only if
        some filter is long.
        """
        return all(field.is_short for field in self.filters())

    def sorting(self) -> Field | None:
        """Return the choice of an order; None if the answer is too short to need one."""
        offer, _ = registry.filters(self.release, self.dimension)
        options = {code: messages.text(f"filters.sort.{code}") for code in offer.get(SORT, ())}
        if not options or self.selection.compared(self.dimension):
            return None
        chosen = self.selection.sort or next(iter(options))
        return Field(SORT, messages.text("filters.sort_label"), options, chosen)

    def measure(self) -> Field:
        """Return the choice between numbers and shares."""
        options = {measure: messages.text(f"filters.{measure}") for measure in MEASURES}
        return Field(MEASURE, messages.text("filters.measure"), options, self.selection.measure)

    def views(self) -> Field:
        """Return the choice of how the answer is shown."""
        options = {view: messages.text(f"filters.view.{view}") for view in VIEWS}
        return Field(VIEW, messages.text("filters.view_label"), options, self.view)

    def changed_filters(self) -> list[Field]:
        """Return the filters in which a reader chose something."""
        return [field for field in self.filters() if field.is_changed]

    def with_value(self, name: str, value: str, usual: str) -> Choices:
        """Return the choices with one of them changed; `usual` is its default value.

        A change of release drops all other choices but the view, because the other release may not
        offer them.
        """
        if name == VIEW:
            return replace(self, view=value)
        if name == RELEASE:
            release = "" if value == usual else value
            return replace(self, selection=Selection(release=release))
        kept = "" if name == SORT and value == usual else value
        return replace(self, selection=self.selection.choosing(name, kept))

    def cleared(self) -> Choices:
        """Return the choices without any filter, in the release, measure and order chosen."""
        chosen = self.selection
        kept = Selection(release=chosen.release, measure=chosen.measure, sort=chosen.sort)
        return replace(self, selection=kept)

    def _comparison(self, codes: Sequence[str], labels: Labels) -> Field:
        name = messages.text(f"filters.dimension.{self.dimension}")
        return Field(
            self.dimension,
            messages.text("filters.compare", dimension=name, n=min(MOST_COMPARED, len(codes))),
            {code: labels[self.dimension, code] for code in codes},
            SEPARATOR.join(self.selection.compared(self.dimension)),
            is_comparison=True,
        )


def dimension_of(key: str) -> str:
    """Return the dimension of a topic page, '' for other pages."""
    return next((topic.dimension for topic in outline.TOPICS if topic.key == key), "")


def read(key: str, pairs: Iterable[tuple[str, str]], offered: Mapping[str, Release]) -> Choices:
    """Return the choices in an address of a topic page.

    `offered` has the releases by id, the published one first. Parameters that other sites add to
    links, such as trackers, are ignored. A choice given twice with different values is unusable,
    because nothing decides between them.
    """
    given: dict[str, list[str]] = {}
    for name, value in dict.fromkeys(pairs):
        given.setdefault(name, []).append(value)
    parameters = {name: values[0] if len(values) == 1 else "" for name, values in given.items()}
    dimension = dimension_of(key)
    release = offered.get(parameters.get(RELEASE, "")) or next(iter(offered.values()))
    offer, _ = registry.filters(release, dimension)
    own = {name: value for name, value in parameters.items() if name != VIEW}
    with_releases = {**offer, RELEASE: list(offered)}
    selection, names = read_address(own, with_releases, own=dimension)
    view = parameters.get(VIEW, CHART)
    if view not in VIEWS:
        names, view = (*names, VIEW), CHART
    unusable = tuple(_unusable(name, given[name], dimension) for name in names)
    return Choices(key, dimension, release, selection, view, unusable)


def _unusable(name: str, values: Sequence[str], own: str) -> Unusable:
    written = "&".join(f"{name}={value}" for value in values)
    return Unusable(written, fault(name, values, own=own))
