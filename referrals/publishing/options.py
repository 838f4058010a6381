"""The choices of a publisher, their defaults and their check. The command `publish` makes them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding.annealing import STEPS
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation import spark
from referrals.publishing.tabulation.counts import Engine

RELEASE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
NATIONALITIES: Final = 10
"""How many nationalities have a group of their own by default.

More of them make more small groups, and larger errors.
"""

METHODS: Final = ("rounding", "suppression")
ROUNDING, SUPPRESSION = METHODS
"""How small groups are protected.

Rounding answers any combination, and sums add up. Suppression gives exact tables with gaps.
"""

ENGINES: Final[Mapping[str, Engine]] = {"duckdb": tabulation.count, "spark": spark.count}
"""Engines that count the records, with the same result."""


@dataclass(frozen=True)
class Options:
    """The choices of a publisher."""

    release_id: str
    to: Path
    private: Path
    published_on: date
    nationalities: int = NATIONALITIES
    by_region: bool = False
    method: str = ROUNDING
    engine: str = "duckdb"
    steps: int = STEPS

    @property
    def shape(self) -> str:
        """The options that must not change between releases of a year, as messages name them."""
        shape = f"nationalities={self.nationalities} by_region={self.by_region}"
        return shape if self.method == ROUNDING else f"{shape} method={self.method}"

    def check(self) -> None:
        """Check the options that the command line cannot check by itself.

        Raises:
            DisclosureError: the name of the release or the number of nationalities is not valid.
        """
        if not RELEASE_ID.fullmatch(self.release_id):
            raise DisclosureError(
                f"'{self.release_id}' is not a valid release name. "
                "Use lower-case letters, digits and hyphens."
            )
        if self.nationalities < 0:
            raise DisclosureError(
                f"--nationalities {self.nationalities} is not valid. Give 0 or more."
            )


def private_folder() -> Path:
    """Return the default folder of the publisher's key and history."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "victim-referrals"
