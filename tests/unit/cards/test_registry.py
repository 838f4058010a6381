"""The cards of the registry: which releases each is offered for."""

from __future__ import annotations

import pytest

from referrals.cards import registry
from referrals.query.selection import Selection
from referrals.release.release import Release

CHOSEN = Selection(release="chosen")


@pytest.mark.parametrize("name", ["quarters-of-sex", "sex-over-time"])
def test_a_card_of_quarters_is_offered_only_for_a_chosen_release_from_records(
    release: Release, invented: Release, name: str
) -> None:
    entry = registry.CARDS[name]
    assert entry.is_offered(invented, CHOSEN)
    # An earlier release of printed figures has no quarters.
    assert not entry.is_offered(release, CHOSEN)
    assert not entry.is_offered(release, Selection())


def test_other_cards_are_offered_for_every_release_or_for_the_published_one(
    release: Release, invented: Release
) -> None:
    crossed, whole = registry.CARDS["sex-by-crime-type"], registry.CARDS["sex"]
    assert crossed.is_offered(release, Selection())
    assert not crossed.is_offered(invented, CHOSEN)
    assert whole.is_offered(release, Selection())
    assert whole.is_offered(invented, CHOSEN)
