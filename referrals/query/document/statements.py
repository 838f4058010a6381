"""The printed statements of a release, and the figures that its texts name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from referrals.caching import cached
from referrals.release.files import BY_EDITION
from referrals.release.release import Release


def statements(release: Release, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return published statements with their sources, in the order of `ids`, each once."""
    by_id = _by_id(release)
    return [by_id[name] for name in dict.fromkeys(ids) if name in by_id]


def text_figures(release: Release) -> Mapping[str, str]:
    """Return the figure for each `{name}` in a page's text: statements and cells of the release."""
    return {row["name"]: row["figure"] for row in release.rows("query/text_figures")}


@cached(16, BY_EDITION, has_words=False)
def _by_id(release: Release) -> Mapping[str, Mapping[str, Any]]:
    """Return every published statement of a release by its id."""
    return {row["statement_id"]: row for row in release.rows("query/statements")}
