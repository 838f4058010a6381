"""What an operator may set, and what must hold before the site starts.

Three environment variables are the operator's. Everything else stands in `.streamlit/config.toml`, and the site refuses to
start with other values: some of those settings keep readers safe, and a variable set for another app must not undo them.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from referrals.errors import SettingsError

Answer = TypeVar("Answer")

BASE: Final = "REFERRALS_BASE"
FRAME_ANCESTORS: Final = "REFERRALS_FRAME_ANCESTORS"
HOSTS: Final = "REFERRALS_HOSTS"

NAME: Final = (
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
PORT: Final = r"(?::\d{1,5})?"
LOCAL: Final = rf"http://(?:localhost|127\.0\.0\.1){PORT}"
ADDRESS: Final = re.compile(rf"https://{NAME}{PORT}|{LOCAL}")
ORIGIN: Final = re.compile(rf"https://(?:\*\.)?{NAME}{PORT}|{LOCAL}")
HOST: Final = re.compile(rf"{NAME}|\[[0-9a-f:.]{{2,45}}\]")


def base(environment: Mapping[str, str] = os.environ) -> str:
    """Return the address that readers know this site by, such as `https://example.org`; '' where the variable is not set.

    Raises:
        SettingsError: it is not the address of a site: `https://` and a name (`http://` for this machine), without a path.
    """
    value = environment.get(BASE, "").strip().lower()
    if value and not ADDRESS.fullmatch(value):
        raise SettingsError(
            f"{BASE} is not the address of a site such as https://example.org, without a path."
        )
    return value


def frame_ancestors(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the origins of the sites that may show this one within their own pages; none where the variable is not set.

    Raises:
        SettingsError: one of them is not an origin: `https://` and a name, without a path.
    """
    return _each(environment, FRAME_ANCESTORS, ORIGIN, "an origin such as https://example.org")


def hosts(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the names that this server answers for, in lower case; none, which means any, where the variable is not set.

    Raises:
        SettingsError: one of them is not the name or the number of a host, without port.
    """
    return _each(environment, HOSTS, HOST, "the name of a host such as dashboard.example.org")


def check(
    option: Callable[[str], object], file: Path, environment: Mapping[str, str] = os.environ
) -> None:
    """Return nothing where every setting of a `config.toml` is in effect, and the operator's variables can be read.

    `option` returns the value that Streamlit has for the name of a setting.

    Raises:
        SettingsError: a value is not in effect, or a variable cannot be read. The message names each setting, and no value.
    """
    base(environment)
    frame_ancestors(environment)
    hosts(environment)
    wrong = [
        name
        for name, value in _flat(tomllib.loads(file.read_text(encoding="utf-8")))
        if option(name) != value
    ]
    if wrong:
        raise SettingsError(
            f"Other values than those of {file.parent.name}/{file.name} are in effect for {', '.join(wrong)}. Take away the "
            "command-line flags and the STREAMLIT_* variables that set them, and start it in the folder of app.py."
        )


def require(read: Callable[[], Answer]) -> Answer:
    """Return what `read` returns; where a setting stops it, end the program with that sentence alone."""
    try:
        return read()
    except SettingsError as error:
        raise SystemExit(f"The site did not start. {error}") from None


def _each(
    environment: Mapping[str, str], variable: str, form: re.Pattern[str], what: str
) -> tuple[str, ...]:
    values = tuple(environment.get(variable, "").lower().replace(",", " ").split())
    for number, value in enumerate(values, start=1):
        if not form.fullmatch(value):
            raise SettingsError(
                f"{variable}: entry {number} is not {what}. Separate several by spaces, and quote none."
            )
    return values


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Return every setting of a table by its dotted name.

    >>> list(_flat({"server": {"headless": True}, "theme": {"dark": {"textColor": "#FFF"}}}))
    [('server.headless', True), ('theme.dark.textColor', '#FFF')]
    """
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
