"""The wording of each kind of release: the only place that chooses between the three classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.cards.wording.base import Wording
from referrals.cards.wording.rounded import Rounded
from referrals.cards.wording.suppressed import Suppressed
from referrals.cards.wording.transcribed import Transcribed
from referrals.release.release import Kind

_WORDING: Final[Mapping[Kind, Wording]] = {
    Kind.TRANSCRIBED: Transcribed(),
    Kind.ROUNDED: Rounded(),
    Kind.SUPPRESSED: Suppressed(),
}


def of(kind: Kind) -> Wording:
    """Return the wording of a kind of release."""
    return _WORDING[kind]
