"""Compressed forms of an answer, and the choice between them that a reader's browser asks for (RFC 9110, 12.5.3)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import brotli

IDENTITY: Final = ""
"""The name of the form that is not compressed: it has no `Content-Encoding`."""
SUFFIXES: Final = {"br": ".br", "gzip": ".gz"}
"""Every compressed form and the ending of its file, the smallest form first."""
BEST: Final = 11
"""Brotli's highest quality, which makes the smallest form and takes a hundred times as long as 5 does."""
UNSAID: Final = 0.001
"""What is not compressed may always be sent unless it is refused; it is wanted least unless the reader says otherwise."""


def compress(body: bytes, encoding: str, *, quality: int = BEST) -> bytes:
    """Return bytes in one of the compressed forms, the same each time; slow, unless Brotli is given a lower quality.

    >>> len(compress(b"1,336 " * 100, "br")) < 30
    True
    """
    return (
        brotli.compress(body, quality=quality)
        if encoding == "br"
        else gzip.compress(body, 9, mtime=0)
    )


@lru_cache(maxsize=256)
def choose(accept_encoding: str, available: tuple[str, ...] = tuple(SUFFIXES)) -> str:
    """Return the form to send to a reader with this `Accept-Encoding` header, IDENTITY where none of the others may be sent.

    >>> choose("gzip, deflate, br"), choose("br;q=0.5, gzip"), choose("br;q=0, *"), choose("")
    ('br', 'gzip', 'gzip', '')
    """
    weights = _weights(accept_encoding)
    others = weights.get("*", 0.0)
    plain = weights.get("identity", UNSAID)
    wanted = {name: weights.get(name, others) for name in SUFFIXES if name in available}
    best = max(wanted, key=lambda name: wanted[name], default=IDENTITY)
    return best if wanted.get(best, 0.0) > 0 and wanted[best] >= plain else IDENTITY


@dataclass(frozen=True)
class Encoded:
    """Bytes that are finished and will be sent many times, compressed once for each form that is asked for."""

    plain: bytes

    def body(self, encoding: str) -> bytes:
        """Return the bytes in a form that `choose` returned."""
        if not encoding:
            return self.plain
        return self._brotli if encoding == "br" else self._gzip

    @cached_property
    def _brotli(self) -> bytes:
        return compress(self.plain, "br")

    @cached_property
    def _gzip(self) -> bytes:
        return compress(self.plain, "gzip")


def _weights(accept_encoding: str) -> dict[str, float]:
    """Return what a reader said of each form, 0 where it refuses one; a weight that is no number counts as a refusal."""
    offers = (
        offer.replace(" ", "").lower().partition(";q=") for offer in accept_encoding.split(",")
    )
    return {name: _weight(weight) if said else 1.0 for name, said, weight in offers if name}


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
