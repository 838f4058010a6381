"""The choices of a publisher, their defaults and their check. The command `publish` makes them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError
from referrals.paths import RELEASES
from referrals.publishing.disclosure.recoding import Group
from referrals.publishing.disclosure.rounding.annealing import STEPS
from referrals.publishing.extract.mappings.mapping import Mapping
from referrals.publishing.release_builder.folder import RESOURCES
from referrals.publishing.release_builder.manifest import NO_STAMP, Stamp
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation import spark
from referrals.publishing.tabulation.counts import Engine
from referrals.reference.disclosure_rule import ACCEPTABLE
from referrals.release.release import MANIFEST

RELEASE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
"""The names that a release can have."""

NATIONALITIES: Final = 10
"""The most nationalities that are published by themselves, by default.

More of them make more small groups, and larger errors.
"""

METHODS: Final = ("rounding", "suppression")
ROUNDING, SUPPRESSION = METHODS
"""The methods that protect small groups.

Rounding answers any combination, and sums add up. Suppression gives exact tables with gaps.
"""

ENGINES: Final[Dictionary[str, Engine]] = {"duckdb": tabulation.count, "spark": spark.count}
"""Engines that count the records, with the same result."""

STAGING: Final = "staging"
"""The folder of drafts in the private folder, unless another one is named."""


@dataclass(frozen=True)
class Options:
    """The choices of a publisher.

    `releases` is the folder of releases that readers see, which `publish` only reads. `to` is the
    staging folder that it writes to. `mapping` is how the extracts are read, if not in our layout.
    `groups` are aggregates of code lists to publish in place of their members, and `left_out` are
    quarters whose records are left out. `accepted` are the reasons to publish in spite of a check,
    by its name.
    """

    release_id: str
    releases: Path
    private: Path
    published_on: date
    to: Path | None = None
    nationalities: int = NATIONALITIES
    by_region: bool = False
    groups: tuple[Group, ...] = ()
    left_out: tuple[str, ...] = ()
    method: str = ROUNDING
    engine: str = "duckdb"
    steps: int = STEPS
    mapping: Mapping | None = None
    new_key: bool = False
    accepted: Dictionary[str, str] = field(default_factory=dict)
    stamp: Stamp = NO_STAMP

    @property
    def staging(self) -> Path:
        """The folder that the draft is written to, below its name."""
        return self.to or self.private / STAGING

    @property
    def shape(self) -> str:
        """The options that must not change between releases of a year, as messages name them."""
        shape = f"nationalities={self.nationalities} by_region={self.by_region}"
        for dimension, code in sorted(self.groups):
            shape += f" group={dimension}={code}"
        return shape if self.method == ROUNDING else f"{shape} method={self.method}"

    def check(self) -> None:
        """Check the options that the command line cannot check by itself.

        Raises:
            DisclosureError: the name of the release or a number is not valid, no check of a name
                can be accepted, or a folder lies in another one.
        """
        check_release_id(self.release_id)
        self.check_values()
        refuse_nested_folders(self.private, self.releases)
        if self.staging.resolve() != (self.private / STAGING).resolve():
            refuse_nested_folders(self.private, self.staging)
        refuse_served_folder(self.staging / self.release_id, self.releases)
        for folder in (self.staging, self.releases):
            refuse_to_replace(folder / self.release_id)

    def check_values(self) -> None:
        """Check the numbers and the names of accepted checks.

        Raises:
            DisclosureError: a number is too small, or no check of a name can be accepted.
        """
        if self.nationalities < 0:
            raise DisclosureError(
                f"--nationalities {self.nationalities} is not valid. Give 0 or more."
            )
        if self.steps < 1:
            raise DisclosureError(f"--steps {self.steps} is not valid. Give 1 or more.")
        if unknown := sorted(self.accepted.keys() - {*ACCEPTABLE}):
            raise DisclosureError(
                f"--accept {unknown[0]}: no check of this name can be accepted. "
                f"Those that can are {' and '.join(ACCEPTABLE)}."
            )


def check_release_id(release_id: str) -> None:
    """Check the name of a release.

    Raises:
        DisclosureError: it is not valid.
    """
    if not RELEASE_ID.fullmatch(release_id):
        raise DisclosureError(
            f"'{release_id}' is not a valid release name. "
            "Use lower-case letters, digits and hyphens."
        )


def refuse_nested_folders(private: Path, public: Path) -> None:
    """Refuse a private folder in a folder of releases, or the other way round.

    Raises:
        DisclosureError: one is in the other, or they are one folder.
    """
    inner, outer = private.resolve(), public.resolve()
    if inner == outer or outer in inner.parents or inner in outer.parents:
        raise DisclosureError(
            f"The private folder {private} and the folder of releases {public} are one folder, or "
            "one is inside the other. The private folder holds the secret key and true counts, and "
            "whoever copies the releases would copy them. Name separate folders. "
            "Nothing was written."
        )


def refuse_served_folder(draft: Path, releases: Path) -> None:
    """Refuse to write a draft to a folder of releases that readers see.

    Raises:
        DisclosureError: it is the folder of releases or the repository's, or is in one of them, or
            holds a release that is not a draft.
    """
    staging, place = draft.parent, draft.resolve()
    is_inside = bool({place, *place.parents} & {releases.resolve(), RELEASES.resolve()})
    if is_inside or any(_is_served(folder) for folder in staging.glob("[!.]*/")):
        raise DisclosureError(
            f"{staging} is where readers see releases, and publish writes drafts. Leave --to "
            f"out, or name another folder; --releases {staging} names the folder of releases that "
            "the draft is meant for. Nothing was written."
        )


def refuse_to_replace(folder: Path) -> None:
    """Refuse to put a release in the place of something that is not a release.

    Raises:
        DisclosureError: the folder, or a file of its name, is there and has no file of a release.
    """
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    if folder.exists() and found and not found & {MANIFEST, *RESOURCES}:
        raise DisclosureError(
            f"{folder} is there already and is not a release, and a release of that name would "
            "take its place. Choose another name, or another folder. Nothing was written."
        )


def _is_served(folder: Path) -> bool:
    """Return whether a folder holds a release that is not a draft."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and not manifest.get("draft")


def private_folder() -> Path:
    """Return the default folder of the publisher's key and history."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "victim-referrals"
