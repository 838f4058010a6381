"""Explanatory texts with the figures of a release, rendered once for all pages that show them."""

from __future__ import annotations

from collections.abc import Mapping

from referrals.caching import cached
from referrals.content import pages
from referrals.content.pages import Text
from referrals.query.document.statements import text_figures
from referrals.reference import helplines
from referrals.release.files import BY_EDITION
from referrals.release.release import Release


def text(release: Release, name: str) -> Text:
    """Return an explanatory text in the current language with the figures of a release.

    Raises:
        DataError: the text does not exist or has invalid front matter, or it names a figure or a
            source that does not exist.
    """
    return _text(release, name, helplines.overdue())


@cached(64, BY_EDITION)
def _text(release: Release, name: str, _overdue: tuple[str, ...]) -> Text:
    """Return a text. It may warn of overdue help lines, so they are in the cache's key."""
    return pages.page(name, _figures(release))


@cached(4, BY_EDITION, has_words=False)
def _figures(release: Release) -> Mapping[str, str]:
    """Return the figures of a release by the names that texts give them."""
    return text_figures(release)
