"""The printed statements of a release, and the figures that its texts name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from referrals.release.release import Release


def statements(release: Release, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return published statements with their sources, in the order of `ids`."""
    return release.rows("query/statements", {"ids": list(ids)}) if ids else []


def text_figures(release: Release) -> Mapping[str, str]:
    """Return the figure for each `{name}` in a page's text: statements and cells of the release."""
    return {row["name"]: row["figure"] for row in release.rows("query/text_figures")}
