"""Sessions while releases come and go: each keeps its own releases until a reload."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from referrals.cards import page_cards, registry
from referrals.cards.card import Card
from referrals.cards.charts import base as charts
from referrals.cards.html import notices
from referrals.content import outline
from referrals.dashboard import figure, first_paint, page, session
from referrals.errors import ReleaseError
from referrals.i18n import messages
from referrals.query.selection import Selection
from referrals.release import catalogue
from referrals.release.release import Release, latest_published
from tests.fixtures import rounded_release
from tests.fixtures.page_scripts import SCRIPTS
from tests.fixtures.second_edition import REVISED, revise

NEWER, FEWER = messages.text("notices.newer"), messages.text("notices.fewer")
WITHDRAWN = messages.text("notices.withdrawn")
BANNER = messages.text("notices.banner")
EVERYTHING = Selection()
Open = Callable[..., Any]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the published release, checked at every request."""
    built = latest_published()
    shutil.copytree(built, tmp_path / "releases" / built.name)
    monkeypatch.setattr(
        catalogue, "CATALOGUE", catalogue.Catalogue(tmp_path / "releases", refresh_seconds=0)
    )
    monkeypatch.setattr(session, "others", lambda: session.releases().others)
    return tmp_path / "releases"


def published() -> Release:
    return catalogue.served().published


def card_of_sex(selection: Selection = EVERYTHING) -> Card:
    return page_cards.card(outline.Card("sex"), published(), selection)


def shown(reader: Any) -> str:
    assert not reader.app.exception
    assert not reader.app.error
    return str(reader.text)


def test_a_session_keeps_its_first_release_with_a_notice_until_it_is_reloaded(
    place: Path, open_page: Open
) -> None:
    reader = open_page(SCRIPTS["/sex"])
    assert NEWER not in shown(reader)
    revise(place)
    reader.choose("view", "table")
    text = shown(reader)
    assert NEWER in text
    assert REVISED not in text
    assert "<bdi>707<" not in text
    reloaded = shown(open_page(SCRIPTS["/sex"], {"view": "table"}))
    assert NEWER not in reloaded
    assert REVISED in reloaded
    assert "<bdi>707<" in reloaded


def test_a_session_keeps_its_release_on_every_page_that_it_goes_to(
    place: Path, open_page: Open
) -> None:
    reader = open_page(SCRIPTS["/"])
    revise(place)
    for path in ("/nationality", "/sex", "/figures-check", "/"):
        reader.app.switch_page(SCRIPTS[path]).run()
        text = shown(reader)
        assert text.count(NEWER) == 1
        assert REVISED not in text


def test_two_sessions_of_two_editions_each_see_their_own_numbers_in_turn(
    place: Path, open_page: Open
) -> None:
    # Cards are kept for all sessions together: by the edition, and not by the name that both have.
    before = open_page(SCRIPTS["/sex"])
    revise(place)
    after = open_page(SCRIPTS["/sex"])
    for code in ("table", "chart", "table"):
        assert "<bdi>707<" not in shown(before.choose("view", code))
        assert "<bdi>707<" in shown(after.choose("view", code))


def test_the_charts_of_two_editions_are_cached_apart(place: Path) -> None:
    series = outline.ContextSeries("years")
    before = page_cards.card(series, published(), EVERYTHING)
    revise(place)
    after = page_cards.card(series, published(), EVERYTHING)
    palette = charts.LIGHT
    assert figure.chart(before, palette) is figure.chart(before, palette)
    assert figure.chart(before, palette) is not figure.chart(after, palette)


@pytest.mark.parametrize(
    ("selection", "is_whole"),
    [
        (Selection(), True),
        (Selection(release="2020-21", measure="share"), True),
        (Selection(crime_type="DA"), False),
        (Selection(period="2020-Q2"), False),
    ],
)
def test_unfiltered_results_are_cached_apart_so_that_filtered_ones_cannot_evict_them(
    selection: Selection, *, is_whole: bool
) -> None:
    assert registry.is_whole(published(), "sex", selection) == is_whole
    if not selection.period:
        assert registry.is_whole(card_of_sex(selection), "https://example.org") == is_whole


def test_an_added_release_is_offered_to_new_sessions(place: Path, open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"])
    rounded_release.write(place)
    assert "choose_release" not in controls(open_again(reader))
    assert NEWER in shown(reader)
    assert "choose_release" in controls(open_page(SCRIPTS["/sex"]))


def test_a_removed_release_stays_in_open_sessions_and_is_not_offered_to_new_ones(
    place: Path, open_page: Open
) -> None:
    folder = rounded_release.write(place)
    reader = open_page(SCRIPTS["/sex"], {"release": "example"})
    shutil.rmtree(folder)
    text = shown(open_again(reader))
    assert FEWER in text
    assert NEWER not in text
    assert BANNER in text
    assert "choose_release" not in controls(open_page(SCRIPTS["/sex"]))


def test_a_session_loses_withdrawn_figures_at_its_next_run(place: Path, open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"])
    (place / "2020-21.withdrawn").touch()
    for opened in (
        open_again(reader),
        open_page(SCRIPTS["/sex"]),
        open_page(SCRIPTS["/safeguarding"]),
    ):
        assert not opened.app.exception
        (error,) = opened.app.error
        assert error.value.startswith("These figures have been withdrawn by those who publish them")
        assert "706" not in opened.text
        assert "Help lines" in opened.text
    first_bytes = first_paint.body("/sex", "").html
    assert "have been withdrawn" in first_bytes
    assert 'class="telephone"' in first_bytes


def test_a_session_whose_only_release_was_withdrawn_shows_a_notice_once_there_is_another(
    place: Path, open_page: Open
) -> None:
    reader = open_page(SCRIPTS["/sex"])
    mark = place / "2020-21.withdrawn"
    mark.touch()
    open_again(open_again(reader))
    assert session.RELEASES not in reader.app.session_state
    mark.unlink()
    assert WITHDRAWN in shown(open_again(reader))


def test_the_cache_of_a_run_is_emptied_when_it_ends(
    place: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread may go on with another run, whose callbacks come before it looks anything up."""
    left: list[object] = []
    draw = page.draw

    def and_then(key: str) -> None:
        draw(key)
        left.append(session._RUN.releases)

    monkeypatch.setattr(page, "draw", and_then)
    open_page(SCRIPTS["/sex"])
    (place / "2020-21.withdrawn").touch()
    open_page(SCRIPTS["/sex"])
    assert left
    assert {*left} == {None}


def test_a_withdrawn_release_disappears_from_the_page_that_shows_it(
    place: Path, open_page: Open
) -> None:
    rounded_release.write(place)
    reader = open_page(SCRIPTS["/sex"], {"release": "example"})
    assert BANNER in shown(reader)
    (place / "example.withdrawn").touch()
    text = shown(open_again(reader))
    assert BANNER not in text
    assert "706" in text
    assert "choose_release" not in controls(reader)
    assert shown(open_again(reader)).count(WITHDRAWN) == 1
    assert WITHDRAWN not in shown(open_page(SCRIPTS["/sex"]))


@pytest.mark.parametrize("spoil", [b"", b"garbage", None])
def test_a_corrupt_release_is_refused_and_every_page_stays_as_it_was(
    place: Path, open_page: Open, spoil: bytes | None
) -> None:
    reader = open_page(SCRIPTS["/sex"])
    path = latest_published(place) / "release.duckdb"
    path.write_bytes(path.read_bytes()[:-4096] if spoil is None else spoil)
    for opened in (open_again(reader), open_page(SCRIPTS["/sex"])):
        text = shown(opened)
        assert "706" in text
        assert NEWER not in text
    assert list(catalogue.refused()) == ["2020-21"]


@pytest.mark.parametrize("swaps", [6, pytest.param(20, marks=pytest.mark.slow)])
def test_no_page_fails_while_releases_are_swapped_again_and_again(
    place: Path, open_page: Open, swaps: int
) -> None:
    readers = [open_page(SCRIPTS["/sex"]) for _ in range(2)]
    other, first = place / ".other", catalogue.served().version
    shutil.copytree(latest_published(place), other)
    revise(place)
    assert catalogue.served().version != first
    for number in range(swaps):
        release = latest_published(place)
        release.rename(place / ".replaced")
        other.rename(release)
        (place / ".replaced").rename(other)
        reader = readers[number % 2].choose("measure", ("share", "number")[number // 2 % 2])
        assert "706" in shown(reader)
        assert (NEWER in shown(reader)) == (catalogue.served().version != first)
    assert catalogue.refused() == {}


def test_cached_results_do_not_keep_a_release_open(place: Path) -> None:
    opened = weakref.ref(published())
    for card in (
        card_of_sex(),
        page_cards.card(outline.ContextSeries("years"), published(), Selection()),
    ):
        figure.chart(card, charts.LIGHT)
    assert first_paint.body("/", "").html
    assert registry.filters(published(), "sex")
    revise(place)
    assert published() is not opened()
    gc.collect()
    assert opened() is None


def test_the_notice_has_a_link_that_opens_the_same_address_anew() -> None:
    notice = notices.changed(frozenset("a"), frozenset("ab"))
    assert 'role="status"' in notice
    assert '<a href="" data-vr-reload>Reload to see them</a>' in notice


def test_a_query_that_takes_too_long_is_a_message_on_the_page(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> Mapping[str, str]:
        raise ReleaseError(
            "The release 2020-21 could not answer in 10 seconds. Try again, or ask for less."
        )

    monkeypatch.setattr(registry, "card", slow)
    reader = open_page(SCRIPTS["/sex"])
    assert not reader.app.exception
    assert "could not answer in 10 seconds" in reader.app.error[0].value
    assert "Help lines" in reader.text


def open_again(reader: Any) -> Any:
    """Run a session's page once more, as any choice on it does."""
    reader.app.run()
    return reader


def controls(reader: Any) -> list[str]:
    return [widget.key for widget in reader.app.button_group]
