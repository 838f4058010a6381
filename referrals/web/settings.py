"""Settings: the operator's environment variables, and the check that nothing else was changed.

Three environment variables belong to the operator. All other settings are in
`.streamlit/config.toml`, and the site refuses to start with other values: some of them keep readers
safe, and a variable set for another app must not override them.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from starlette.datastructures import Headers
from starlette.types import Scope

from referrals.errors import SettingsError

Value = TypeVar("Value")

BASE: Final = "REFERRALS_BASE"
FRAME_ANCESTORS: Final = "REFERRALS_FRAME_ANCESTORS"
HOSTS: Final = "REFERRALS_HOSTS"

_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME: Final = rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*"
_PORT: Final = r"(?::\d{1,5})?"
_LOCAL: Final = rf"http://(?:localhost|127\.0\.0\.1){_PORT}"
_SITE_ADDRESS: Final = re.compile(rf"https://{_HOST_NAME}{_PORT}|{_LOCAL}")
_FRAMING_ORIGIN: Final = re.compile(rf"https://(?:\*\.)?{_HOST_NAME}{_PORT}|{_LOCAL}")
_HOST: Final = re.compile(rf"{_HOST_NAME}|\[[0-9a-f:.]{{2,45}}\]")
_ORIGIN: Final = re.compile(rf"https?://(?:{_HOST.pattern}){_PORT}")
_LOOPBACK: Final = re.compile(
    rf"https?://(?:(?:{_LABEL}\.)*localhost|127(?:\.\d{{1,3}}){{3}}|\[::1\]){_PORT}"
)


def base(environment: Mapping[str, str] = os.environ) -> str:
    """Return the public address of the site, such as `https://example.org`, '' if it is not set.

    Raises:
        SettingsError: the value is not `https://` and a name (`http://` is allowed for this
            machine), or it has a path.
    """
    value = environment.get(BASE, "").strip().lower()
    if value and not _SITE_ADDRESS.fullmatch(value):
        raise SettingsError(
            f"{BASE} is not the address of a site such as https://example.org, without a path."
        )
    return value


def frame_ancestors(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the origins of the sites that may frame this one, none if the variable is not set.

    Raises:
        SettingsError: an entry is not an origin: `https://` and a name, without a path.
    """
    return _entries(
        environment, FRAME_ANCESTORS, _FRAMING_ORIGIN, "an origin such as https://example.org"
    )


def hosts(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the host names that this server answers for, in lower case.

    None means those of this machine: `localhost`, `127.0.0.1` and `[::1]`.

    Raises:
        SettingsError: an entry is not a host name or an IP address without port.
    """
    return _entries(environment, HOSTS, _HOST, "the name of a host such as dashboard.example.org")


def origin(text: str) -> str:
    """Return a text unchanged if it is a web origin, '' otherwise.

    >>> origin("https://example.org:8443"), origin("null"), origin("javascript://example.org")
    ('https://example.org:8443', '', '')
    """
    return text if _ORIGIN.fullmatch(text.lower()) else ""


def request_origin(scope: Scope) -> str:
    """Return the origin that a request was sent to, '' if its Host header is missing or invalid.

    It is in lower case, so that one name has one origin in a cache. The gateway answers only for
    the operator's host names.
    """
    host = Headers(scope=scope).get("host", "").lower()
    return origin(f"{scope.get('scheme', 'http')}://{host}")


def shared_origin(scope: Scope) -> str:
    """Return the origin of a request as others can reach it, '' if it is this machine alone.

    It is for addresses on paper or on a screen: a phone that scans `http://localhost` finds
    nothing.
    """
    found = request_origin(scope)
    return "" if _LOOPBACK.fullmatch(found) else found


def check(
    option: Callable[[str], object], file: Path, environment: Mapping[str, str] = os.environ
) -> None:
    """Check that every setting of a `config.toml` is in effect and the variables can be read.

    `option` returns the value that Streamlit has for the dotted name of a setting.

    Raises:
        SettingsError: a value is not in effect, or a variable cannot be read. The message names the
            settings, never a value.
    """
    base(environment)
    frame_ancestors(environment)
    hosts(environment)
    configured = _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    wrong = [name for name, value in configured if option(name) != value]
    if wrong:
        raise SettingsError(
            f"Values other than those in {file.parent.name}/{file.name} are in effect for "
            f"{', '.join(wrong)}. Remove the command-line flags and the STREAMLIT_* variables "
            "that set them, and start the site from the folder of app.py."
        )


def require(read: Callable[[], Value]) -> Value:
    """Return the result of `read`, or exit with a one-line message if a setting is wrong."""
    try:
        return read()
    except SettingsError as error:
        raise SystemExit(f"The site did not start. {error}") from None


def _entries(
    environment: Mapping[str, str], variable: str, pattern: re.Pattern[str], expected: str
) -> tuple[str, ...]:
    values = tuple(environment.get(variable, "").lower().replace(",", " ").split())
    for number, value in enumerate(values, start=1):
        if not pattern.fullmatch(value):
            raise SettingsError(
                f"{variable}: entry {number} is not {expected}. "
                "Separate entries with spaces, without quotation marks."
            )
    return values


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield every setting of a TOML table with its dotted name.

    >>> list(_flatten({"server": {"headless": True}, "theme": {"dark": {"textColor": "#FFF"}}}))
    [('server.headless', True), ('theme.dark.textColor', '#FFF')]
    """
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
