"""The filters of a topic page: release, codes and measure, held in the address bar.

The address bar holds every choice, so that a link to the page shows the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from referrals.cards import registry
from referrals.cards.card import PATHS
from referrals.cards.html import notices
from referrals.dashboard import session
from referrals.dashboard.ready_html import ReadyHtml
from referrals.i18n import messages
from referrals.query.selection import MEASURES, RELEASE, Offer, Selection, read_address
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.catalogue import REPLACED
from referrals.release.release import Release

MEASURE: Final = "measure"
MOST_BUTTONS: Final = 5
"""A filter with more options than this is a list that opens, not a row of buttons."""


@dataclass(frozen=True)
class Filter:
    """One filter: the parameter of the address that it sets, its label, and its options by code.

    The first option shows everything; it is chosen if the address names none.
    """

    name: str
    label: str
    options: Mapping[str, str]

    @property
    def default(self) -> str:
        """The option that shows everything."""
        return next(iter(self.options))

    @property
    def is_list(self) -> bool:
        """Whether there are too many options for buttons."""
        return len(self.options) > MOST_BUTTONS


def requested_release() -> Release:
    """Return the release that the address asks for; the published one if that is not offered."""
    return session.offered().get(st.query_params.get(RELEASE, ""), session.published())


def draw(dimension: str, release: Release) -> Selection:
    """Draw the filters of the page of a dimension, and return what its reader chose.

    A parameter of the address that the page cannot use is named in a notice, and changes nothing.
    """
    offer, labels = registry.filters(release, dimension)
    selection, unusable = read_address(st.query_params.to_dict(), _with_releases(offer))
    filters = [_filter(name, codes, labels) for name, codes in offer.items()]
    filters.append(_measure_filter())
    defaults = {each.name: each.default for each in filters}
    with st.container(key="filters"):
        _draw_release_choice(dimension, release)
        for each in sorted(filters, key=lambda each: not each.is_list):
            _draw_filter(each, str(getattr(selection, each.name)) or each.default, defaults)
    _draw_unusable(dimension, unusable)
    return selection


def _draw_unusable(dimension: str, unusable: Sequence[str]) -> None:
    """Draw notices about the parameters of the address that the page cannot use, if there are any.

    A link to a release that was replaced is not broken: its notice leads to the new one.
    """
    new = REPLACED.get(st.query_params.get(RELEASE, ""), "")
    if new in session.offered() and RELEASE in unusable:
        st.html(ReadyHtml(notices.replaced(f"{PATHS[dimension]}?{RELEASE}={new}")))
        unusable = [name for name in unusable if name != RELEASE]
    if unusable:
        st.html(ReadyHtml(notices.unusable(f"{name}={st.query_params[name]}" for name in unusable)))


def _filter(name: str, codes: Sequence[str], labels: Mapping[tuple[str, str], str]) -> Filter:
    every = (TOTAL, *codes) if name in DIMENSIONS else codes
    label = messages.text(f"filters.dimension.{name}")
    return Filter(name, label, {code: labels[name, code] for code in every})


def _measure_filter() -> Filter:
    options = {measure: messages.text(f"filters.{measure}") for measure in MEASURES}
    return Filter(MEASURE, messages.text("filters.measure"), options)


def _draw_filter(each: Filter, chosen: str, defaults: Mapping[str, str]) -> None:
    key = _key(each.name)
    st.session_state[key] = chosen
    if each.is_list:
        st.selectbox(
            each.label,
            list(each.options),
            format_func=each.options.__getitem__,
            key=key,
            on_change=_write_choices,
            args=(defaults,),
        )
    else:
        st.radio(
            each.label,
            list(each.options),
            format_func=each.options.__getitem__,
            key=key,
            on_change=_write_choices,
            args=(defaults,),
            horizontal=True,
        )


def _write_choices(defaults: Mapping[str, str]) -> None:
    """Write every choice that differs from its default into the address.

    All of them, not only the one that changed: a reader who chooses twice in a moment is answered
    by one run, whose address does not hold the first choice yet.
    """
    for name, default in defaults.items():
        chosen = st.session_state[_key(name)]
        if chosen == default:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen


def _draw_release_choice(dimension: str, release: Release) -> None:
    """Draw the choice between releases, if there are several."""
    names = {
        release_id: notices.option(offered.about)
        for release_id, offered in session.offered().items()
    }
    if len(names) == 1:
        return
    st.session_state[_key(RELEASE)] = release.about.release_id
    st.radio(
        messages.text("filters.release"),
        list(names),
        format_func=names.__getitem__,
        key=_key(RELEASE),
        on_change=_write_release,
        args=(dimension,),
    )


def _write_release(dimension: str) -> None:
    """Write the chosen release into the address, and keep the other choices that it can answer."""
    release = session.offered().get(st.session_state[_key(RELEASE)], session.published())
    parameters = st.query_params.to_dict() | {RELEASE: release.about.release_id}
    offer, _ = registry.filters(release, dimension)
    selection, _ = read_address(parameters, _with_releases(offer))
    st.query_params.from_dict(selection.address())


def _with_releases(offer: Offer) -> Offer:
    return {**offer, RELEASE: list(session.offered())}


def _key(name: str) -> str:
    return f"choose_{name}"
