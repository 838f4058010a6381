"""The theme and the settings that are kept for every run are those that Streamlit would read again."""

from __future__ import annotations

import inspect

import pytest
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import app_session

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
    assert app_session._populate_theme_msg is not FILL
    assert app_session._populate_config_msg is not FILL_SETTINGS
