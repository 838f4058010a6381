"""Content codings (RFC 9110, 12.5.3): compress bodies, and choose one that the client accepts."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import brotli

from referrals.web.http.negotiation import preferences

IDENTITY: Final = ""
"""The uncompressed form, which is sent without `Content-Encoding`."""

SUFFIXES: Final = {"br": ".br", "gzip": ".gz"}
"""The file name suffix of each coding, best compression first."""

BEST: Final = 11
"""Brotli's highest quality, which compresses best and takes a hundred times as long as 5 does."""

GOOD: Final = 10
"""The quality for a page that is compressed for its first reader and sent to many: 2% larger than
with the highest, in a third of the time.
"""

QUICK: Final = 5
"""The quality for a body that may be sent once."""

IDENTITY_WEIGHT: Final = 0.001
"""The uncompressed form is acceptable unless it is refused, but any listed coding is preferred."""


def compress(body: bytes, encoding: str, *, quality: int = BEST) -> bytes:
    """Return a compressed body, the same bytes every time. Brotli is slow at the best quality.

    >>> len(compress(b"1,336 " * 100, "br")) < 30
    True
    """
    if encoding == "br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, 9, mtime=0)


@lru_cache(maxsize=256)
def choose(accept_encoding: str, available: tuple[str, ...] = tuple(SUFFIXES)) -> str:
    """Return the coding to send for an `Accept-Encoding` header, IDENTITY if none is acceptable.

    >>> choose("gzip, deflate, br"), choose("br;q=0.5, gzip"), choose("br;q=0, *"), choose("")
    ('br', 'gzip', 'gzip', '')
    """
    weights: dict[str, float] = {}
    for name, weight in preferences(accept_encoding):
        weights.setdefault(name, weight)
    others = weights.get("*", 0.0)
    candidates = {name: weights.get(name, others) for name in SUFFIXES if name in available}
    best = max(candidates, key=lambda name: candidates[name], default=IDENTITY)
    best_weight = candidates.get(best, 0.0)
    is_preferred = best_weight >= weights.get("identity", IDENTITY_WEIGHT)
    return best if best_weight > 0 and is_preferred else IDENTITY


@dataclass(frozen=True)
class Encoded:
    """A body that is sent many times, compressed once per coding when first needed."""

    plain: bytes
    quality: int = BEST

    def body(self, encoding: str) -> bytes:
        """Return the body in a coding that `choose` returned."""
        if not encoding:
            return self.plain
        return self._brotli if encoding == "br" else self._gzip

    @cached_property
    def _brotli(self) -> bytes:
        return compress(self.plain, "br", quality=self.quality)

    @cached_property
    def _gzip(self) -> bytes:
        return compress(self.plain, "gzip")
