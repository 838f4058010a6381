"""The settings file of a publisher, `publishing.toml`: who publishes, under which licence, where.

Read by the commands. It lies in the private folder, or is named by `--settings`. An option of the
command line has precedence. A folder in it is relative to the file. Every setting may be missing:

    publisher = "Office for Example Statistics"
    title = "Victims of crime referred by police to Immigration Enforcement"
    licence = "OGL-UK-3.0"                  # an SPDX id, an address or words
    attribution = "© Crown copyright"
    contact = "statistics@example.org"
    releases = "/srv/releases"              # the releases that readers see
    staging = "/srv/drafts"                 # drafts; by default in the private folder
    nationalities = 10
    by-region = false
    method = "rounding"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from referrals.errors import SettingsError
from referrals.publishing.options import METHODS, NATIONALITIES, ROUNDING
from referrals.publishing.release_builder.manifest import NO_STAMP, Stamp

NAME: Final = "publishing.toml"
FOLDERS: Final = ("private", "releases", "staging")
STAMP: Final = tuple(field.name for field in fields(Stamp))


@dataclass(frozen=True)
class Settings:
    """The settings of a publisher. None means that a setting is not given."""

    stamp: Stamp = NO_STAMP
    private: Path | None = None
    releases: Path | None = None
    staging: Path | None = None
    nationalities: int = NATIONALITIES
    by_region: bool = False
    method: str = ROUNDING


TYPES: Final[dict[str, type]] = {
    **dict.fromkeys((*STAMP, *FOLDERS, "method"), str),
    "nationalities": int,
    "by-region": bool,
}
"""The settings of the file, with the type of each."""


def load(path: Path | None, private: Path) -> Settings:
    """Return the settings of a file, or of the private folder if it has some.

    Raises:
        SettingsError: the file is missing, is not TOML, or has an unknown or wrong setting.
    """
    if path is None:
        path = private / NAME
        if not path.is_file():
            return Settings()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"There is no settings file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from error
    _check(found, path)
    folders = {name: _folder(name, found[name], path) for name in FOLDERS if name in found}
    return Settings(
        stamp=Stamp(**{name: found[name] for name in STAMP if name in found}),
        nationalities=found.get("nationalities", NATIONALITIES),
        by_region=found.get("by-region", False),
        method=found.get("method", ROUNDING),
        **folders,
    )


def _folder(name: str, text: str, path: Path) -> Path:
    """Return the folder that a setting names, relative to the folder of the settings file."""
    try:
        return path.parent / Path(text).expanduser()
    except RuntimeError:
        raise SettingsError(
            f"{path}: {name} starts with the home folder of a user who does not exist."
        ) from None


def _check(found: dict[str, Any], path: Path) -> None:
    for name, value in found.items():
        if name not in TYPES:
            raise SettingsError(f"{path}: {name} is not a setting. Known: {', '.join(TYPES)}.")
        if type(value) is not TYPES[name]:
            raise SettingsError(f"{path}: {name} has the wrong type. It is {_name(TYPES[name])}.")
        if name == "method" and value not in METHODS:
            raise SettingsError(f"{path}: method is one of {', '.join(METHODS)}.")


def _name(kind: type) -> str:
    return {str: "a text", int: "a whole number", bool: "true or false"}[kind]
