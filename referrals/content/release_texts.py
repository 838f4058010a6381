"""Explanatory texts with the figures of a release, rendered once for all pages that show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from referrals.caching import cached
from referrals.content import pages
from referrals.content.pages import Text
from referrals.query.document.statements import text_figures
from referrals.reference import helplines
from referrals.release.release import Release

_BY_DIGEST: Final[Mapping[Any, Callable[[Any], Any]]] = {Release: lambda release: release.digest}


def text(release: Release, name: str) -> Text:
    """Return an explanatory text in the current language with the figures of a release.

    Raises:
        DataError: the text does not exist or has invalid front matter, or it names a figure or a
            source that does not exist.
    """
    return _text(release, name, helplines.overdue())


@cached(64, _BY_DIGEST)
def _text(release: Release, name: str, _overdue: tuple[str, ...]) -> Text:
    """Return a text, which may warn of help lines that are overdue: so the key has those."""
    return pages.page(name, _figures(release))


@cached(4, _BY_DIGEST, has_words=False)
def _figures(release: Release) -> Mapping[str, str]:
    """Return the figures of a release by the names that texts give them."""
    return text_figures(release)
