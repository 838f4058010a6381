"""What a run of the script says is the same as without our shortcuts, and said at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import app_session

import app as frame
from referrals.server import runs

FILL = inspect.unwrap(app_session._populate_theme_msg)
FILL_SETTINGS = inspect.unwrap(app_session._populate_config_msg)
PARTS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


def _parts(message: CustomThemeConfig) -> dict[str, CustomThemeConfig]:
    light, dark = message.light, message.dark
    return dict(zip(PARTS, (message, light, dark, message.sidebar, light.sidebar, dark.sidebar), strict=True))


def _theme(fill: runs.Fill) -> CustomThemeConfig:
    """Return the theme as Streamlit's session asks for it: the whole first, and then its parts within the same message."""
    message = CustomThemeConfig()
    fill(message)
    for name, part in list(_parts(message).items())[1:]:
        fill(part, name)
    return message


class Run:
    """The context of a run, which keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._enqueue: Callable[[str], None] = self.said.append


def _drawn(run: Run, words: str, end: type[BaseException] | None = None) -> None:
    with runs.together(run, patience=60):
        for word in words:
            run._enqueue(word)
        if end:
            raise end


def test_the_theme_that_is_remembered_is_the_one_that_streamlit_fills_in() -> None:
    fill = runs.once(FILL)
    assert _theme(fill) == _theme(fill) == _theme(FILL)
    assert _theme(FILL).light.primary_color == "#12436D"


def test_a_part_of_the_theme_that_is_not_set_stays_unset() -> None:
    fill = runs.once(FILL)
    for message in (_theme(fill), _theme(fill)):
        assert [name for name, part in _parts(message).items() if part.ListFields()] == list(PARTS[:3])
        assert not message.HasField("sidebar")


def test_streamlit_is_asked_once_for_each_part_of_the_theme() -> None:
    asked: list[str] = []

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        asked.append(section)
        message.primary_color = section

    remembering = runs.once(fill)
    assert _theme(remembering) == _theme(remembering)
    assert asked == list(PARTS)


def test_the_settings_that_are_remembered_are_those_that_streamlit_fills_in() -> None:
    fill, messages = runs.once(FILL_SETTINGS), [Config() for _ in range(3)]
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
    with runs.together(run, patience=60):
        run._enqueue("a")
        run._enqueue("b")
        run._enqueue("c")
        assert run.said == []
    assert run.said == ["a", "b", "c"]
    run._enqueue("d")
    assert run.said == ["a", "b", "c", "d"]


def test_a_run_that_takes_longer_says_what_it_has_and_then_each_thing_as_it_comes() -> None:
    run = Run()
    with runs.together(run, patience=-1):
        run._enqueue("a")
        assert run.said == ["a"]
        run._enqueue("b")
        assert run.said == ["a", "b"]
    assert run.said == ["a", "b"]


def test_a_run_that_fails_or_is_stopped_has_said_what_it_drew_before() -> None:
    for end in (ValueError, KeyboardInterrupt):
        run = Run()
        with pytest.raises(end):
            _drawn(run, "a", end)
        assert run.said == ["a"]


def test_a_run_that_was_overtaken_says_nothing_more() -> None:
    class OvertakenError(Exception):
        pass

    run = Run()

    def overtaken(_word: str) -> None:
        raise OvertakenError

    run._enqueue = overtaken
    with pytest.raises(OvertakenError):
        _drawn(run, "ab")
    assert run._enqueue is overtaken
