"""The theme cache: the cached messages equal those that Streamlit would build in every run."""

from __future__ import annotations

import inspect

import pytest
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager

from referrals.web.streamlit import setup, theme_cache

FILL = inspect.unwrap(app_session._populate_theme_msg)
FILL_SETTINGS = inspect.unwrap(app_session._populate_config_msg)
SECTIONS = (
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
            SECTIONS,
            (message, light, dark, message.sidebar, light.sidebar, dark.sidebar),
            strict=True,
        )
    )


def _theme(fill: theme_cache.Fill) -> CustomThemeConfig:
    """Return the theme as a session reads it: the whole, then its sections."""
    message = CustomThemeConfig()
    fill(message)
    for name, part in list(_parts(message).items())[1:]:
        fill(part, name)
    return message


def test_the_cached_theme_is_the_one_that_streamlit_fills_in() -> None:
    fill = theme_cache.cached(FILL)
    assert _theme(fill) == _theme(fill) == _theme(FILL)
    assert _theme(FILL).light.primary_color == "#12436D"


def test_an_unset_section_of_the_theme_stays_unset() -> None:
    fill = theme_cache.cached(FILL)
    for message in (_theme(fill), _theme(fill)):
        assert [name for name, part in _parts(message).items() if part.ListFields()] == list(
            SECTIONS[:3]
        )
        assert not message.HasField("sidebar")


def test_a_section_that_raised_is_read_again() -> None:
    read: list[str] = []

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        message.primary_color = section
        read.append(section)
        if len(read) == 1:
            raise ValueError(section)

    fill_cached, message = theme_cache.cached(fill), CustomThemeConfig()
    with pytest.raises(ValueError, match="theme"):
        fill_cached(message, "theme")
    assert message == CustomThemeConfig()
    fill_cached(message, "theme")
    assert (message.primary_color, read) == ("theme", ["theme", "theme"])


def test_each_section_of_the_theme_is_read_once() -> None:
    read: list[str] = []

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        read.append(section)
        message.primary_color = section

    fill_cached = theme_cache.cached(fill)
    assert _theme(fill_cached) == _theme(fill_cached)
    assert read == list(SECTIONS)


def test_the_cached_settings_are_those_that_streamlit_fills_in() -> None:
    fill, messages = theme_cache.cached(FILL_SETTINGS), [Config() for _ in range(3)]
    FILL_SETTINGS(messages[0])
    for message in messages[1:]:
        fill(message)
    assert messages[0] == messages[1] == messages[2]
    assert messages[0].hide_sidebar_nav


def test_setup_caches_the_theme_and_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fill in (
        ("_populate_theme_msg", FILL),
        ("_populate_config_msg", FILL_SETTINGS),
    ):
        monkeypatch.setattr(app_session, name, fill)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    assert setup.patch_modules() == []
    assert inspect.unwrap(app_session._populate_theme_msg) is FILL
    assert app_session._populate_theme_msg is not FILL
    assert app_session._populate_config_msg is not FILL_SETTINGS
