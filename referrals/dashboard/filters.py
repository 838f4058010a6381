"""What a reader can choose on the page of a dimension: the release, its codes and the measure, held in the address bar.

With the rest of `components`, it is the only part of the library that imports Streamlit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from referrals.cards import registry
from referrals.cards.html import notices
from referrals.cards.wording import phrases
from referrals.content.outline import Topic
from referrals.dashboard import page
from referrals.query.selection import RELEASE, Offer, Selection, read_address
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release

MEASURE_NAMES: Final[Mapping[str, str]] = {"number": "Number", "share": "Share"}
LONG_LIST: Final = 5
"""A choice among more than this is a list that opens, and not a row of buttons."""


def topic(shown: Topic) -> Selection:
    """Draw the head of the page of a dimension: heading, choice of release, filters. Return what the reader chose.

    The lead is about the published figures; invented ones have the banner in its place.
    """
    opened = _asked_release()
    choice = f'<p class="choice">{notices.CHOICE}</p>' if len(page.offered()) > 1 else ""
    opening = notices.banner(opened.about) or notices.lead(shown.lead)
    page.html(notices.heading(shown.heading) + opening + notices.status(opened.about) + choice)
    return _filters(shown.dimension, opened)


def _asked_release() -> Release:
    return page.offered().get(st.query_params.get(RELEASE, ""), page.release())


def _pick(dimension: str, opened: Release) -> None:
    """Draw the choice between releases, where there are several."""
    names = {release_id: notices.picked(one.about) for release_id, one in page.offered().items()}
    if len(names) == 1:
        return
    st.session_state["choose_release"] = opened.about.release_id
    st.radio("Figures", list(names), format_func=names.__getitem__, key="choose_release", on_change=_write_release,
        args=(dimension,))  # fmt: skip


def _write_release(dimension: str) -> None:
    """Write the chosen release into the address, with as much of what was chosen before as that release has."""
    opened = page.offered().get(st.session_state["choose_release"], page.release())
    asked = st.query_params.to_dict() | {RELEASE: opened.about.release_id}
    st.query_params.from_dict(read_address(asked, _page_offer(dimension, opened))[0].address())


def _page_offer(dimension: str, opened: Release) -> Offer:
    return {**registry.filters(opened, dimension)[0], RELEASE: list(page.offered())}


def _filters(dimension: str, opened: Release) -> Selection:
    """Draw the choices that a page of one dimension offers of a release, and return what the reader chose.

    The address bar holds the choice. What it asks for and the page cannot give is said in a note, and everything is shown.
    """
    offer, names = registry.filters(opened, dimension)
    selection, unmet = read_address(st.query_params.to_dict(), _page_offer(dimension, opened))
    choices = {
        name: (
            phrases.DIMENSION_NAMES[name].capitalize(),
            {
                code: names[name, code]
                for code in ((TOTAL, *codes) if name in DIMENSIONS else codes)
            },
        )
        for name, codes in offer.items()
    } | {"measure": ("Show", MEASURE_NAMES)}
    defaults = {name: next(iter(options)) for name, (_, options) in choices.items()}
    with st.container(key="filters"):
        _pick(dimension, opened)
        for name, (label, options) in sorted(
            choices.items(), key=lambda choice: len(choice[1][1]) <= LONG_LIST
        ):
            _choice(
                name,
                label,
                options,
                chosen=str(getattr(selection, name)) or defaults[name],
                defaults=defaults,
            )
    if unmet:
        page.note(notices.unmet(f"{name}={st.query_params[name]}" for name in unmet))
    return selection


def _choice(
    name: str, label: str, options: Mapping[str, str], *, chosen: str, defaults: Mapping[str, str]
) -> None:
    key = f"choose_{name}"
    st.session_state[key] = chosen
    changed: dict[str, Any] = {
        "format_func": options.__getitem__,
        "key": key,
        "on_change": _write_address,
        "args": (defaults,),
    }
    if len(options) > LONG_LIST:
        st.selectbox(label, list(options), **changed)
    else:
        st.radio(label, list(options), horizontal=True, **changed)


def _write_address(defaults: Mapping[str, str]) -> None:
    """Write every choice of the page into the address, where it differs from showing everything.

    Every one, and not only the one that changed: a reader who chooses twice in a moment is answered once, by a run whose
    address does not hold the first choice yet.
    """
    for name, default in defaults.items():
        chosen = st.session_state[f"choose_{name}"]
        if chosen == default:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen
