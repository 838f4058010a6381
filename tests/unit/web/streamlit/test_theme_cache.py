"""What a run of the script says is the same as without our shortcuts, and said at once."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

import pytest
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import app_session

import app as frame
from referrals.web.streamlit import theme_cache

FILL = inspect.unwrap(app_session._populate_theme_msg)
FILL_SETTINGS = inspect.unwrap(app_session._populate_config_msg)
PARTS = (
    "theme",
    "theme.light",
    "theme.dark",
    "theme.sidebar",
    "theme.light.sidebar",
    "theme.dark.sidebar",
)


def _parts(message: CustomThemeConfig) -> dict[str, CustomThemeConfig]:
    light, dark = message.light, message.dark
    return dict(
        zip(
            PARTS, (message, light, dark, message.sidebar, light.sidebar, dark.sidebar), strict=True
        )
    )


def _theme(fill: theme_cache.Fill) -> CustomThemeConfig:
    """Return the theme as Streamlit's session asks for it: the whole first, and then its parts within the same message."""
    message = CustomThemeConfig()
    fill(message)
    for name, part in list(_parts(message).items())[1:]:
        fill(part, name)
    return message


class OvertakenError(BaseException):
    """What ends a run that its reader has overtaken: like Streamlit's, no Exception."""


class Run:
    """The context of a run, which keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._enqueue: Callable[[str], None] = self._say
        self.is_overtaken = False

    def _say(self, word: str) -> None:
        self.yield_check()
        self.said.append(word)

    def yield_check(self) -> None:
        """End the run where its reader has asked for another, as Streamlit does."""
        if self.is_overtaken:
            raise OvertakenError


def _drawn(run: Run, words: str, end: Exception | None = None, *, overtaken: bool = False) -> None:
    with theme_cache.together(run, patience=60):
        for word in words:
            run._enqueue(word)
        run.is_overtaken = overtaken
        if end:
            raise end


def test_the_theme_that_is_remembered_is_the_one_that_streamlit_fills_in() -> None:
    fill = theme_cache.once(FILL)
    assert _theme(fill) == _theme(fill) == _theme(FILL)
    assert _theme(FILL).light.primary_color == "#12436D"


def test_a_part_of_the_theme_that_is_not_set_stays_unset() -> None:
    fill = theme_cache.once(FILL)
    for message in (_theme(fill), _theme(fill)):
        assert [name for name, part in _parts(message).items() if part.ListFields()] == list(
            PARTS[:3]
        )
        assert not message.HasField("sidebar")


def test_a_part_that_could_not_be_filled_in_is_asked_for_again() -> None:
    asked: list[str] = []

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        message.primary_color = section
        asked.append(section)
        if len(asked) == 1:
            raise ValueError(section)

    remembering, message = theme_cache.once(fill), CustomThemeConfig()
    with pytest.raises(ValueError, match="theme"):
        remembering(message, "theme")
    assert message == CustomThemeConfig()
    remembering(message, "theme")
    assert (message.primary_color, asked) == ("theme", ["theme", "theme"])


def test_streamlit_is_asked_once_for_each_part_of_the_theme() -> None:
    asked: list[str] = []

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        asked.append(section)
        message.primary_color = section

    remembering = theme_cache.once(fill)
    assert _theme(remembering) == _theme(remembering)
    assert asked == list(PARTS)


def test_the_settings_that_are_remembered_are_those_that_streamlit_fills_in() -> None:
    fill, messages = theme_cache.once(FILL_SETTINGS), [Config() for _ in range(3)]
    FILL_SETTINGS(messages[0])
    for message in messages[1:]:
        fill(message)
    assert messages[0] == messages[1] == messages[2]
    assert messages[0].hide_sidebar_nav


def test_the_site_that_is_served_remembers_its_theme_and_its_settings() -> None:
    assert frame.CONTEXT is None
    assert app_session._populate_theme_msg is not FILL
    assert app_session._populate_config_msg is not FILL_SETTINGS


def test_what_a_run_says_is_said_when_it_ends_and_in_its_order() -> None:
    run = Run()
    with theme_cache.together(run, patience=60):
        run._enqueue("a")
        run._enqueue("b")
        run._enqueue("c")
        assert run.said == []
    assert run.said == ["a", "b", "c"]
    run._enqueue("d")
    assert run.said == ["a", "b", "c", "d"]


def test_a_run_that_takes_longer_says_what_it_has_and_then_each_thing_as_it_comes() -> None:
    run = Run()
    with theme_cache.together(run, patience=-1):
        run._enqueue("a")
        assert run.said == ["a"]
        run._enqueue("b")
        assert run.said == ["a", "b"]
    assert run.said == ["a", "b"]


def test_the_time_is_up_only_for_what_comes_after_it() -> None:
    run = Run()
    with theme_cache.together(run, patience=0.01):
        run._enqueue("a")
        time.sleep(0.02)
        assert run.said == []
        run._enqueue("b")
        assert run.said == ["a", "b"]


def test_a_run_that_fails_has_said_what_it_drew_before() -> None:
    run = Run()
    with pytest.raises(ValueError, match="a fault"):
        _drawn(run, "a", ValueError("a fault"))
    assert run.said == ["a"]


def test_a_fault_is_raised_even_where_the_run_was_overtaken_as_well() -> None:
    run = Run()
    with pytest.raises(ValueError, match="a fault"):
        _drawn(run, "a", ValueError("a fault"), overtaken=True)
    assert run.said == []


def test_a_run_that_is_overtaken_ends_where_it_next_says_something_and_says_nothing() -> None:
    run, reached = Run(), list[str]()

    def draw() -> None:
        with theme_cache.together(run, patience=60):
            run._enqueue("a")
            run.is_overtaken = True
            reached.append("there")
            run._enqueue("b")
            reached.append("too far")

    with pytest.raises(OvertakenError):
        draw()
    assert (run.said, reached) == ([], ["there"])
    run.is_overtaken = False
    run._enqueue("c")
    assert run.said == ["c"]


def test_a_run_that_is_overtaken_after_all_is_drawn_says_nothing() -> None:
    run = Run()
    with pytest.raises(OvertakenError):
        _drawn(run, "ab", overtaken=True)
    assert run.said == []


def test_what_a_run_says_is_said_as_it_is_batched() -> None:
    run = Run()
    with theme_cache.together(run, batched=lambda held: ["".join(held)], patience=60):
        for word in "abc":
            run._enqueue(word)
    run._enqueue("d")
    assert run.said == ["abc", "d"]
