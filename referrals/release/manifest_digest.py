"""The SHA-256 that a manifest holds of itself, so that a changed byte in it shows.

A manifest has the SHA-256 of every other file, and no other file can have that of the manifest. The
builders of releases write it with `with_digest`; the audit and the `verify.py` of a release check
it. It shows accidents and careless changes. Whoever rewrites the whole folder can rewrite it too:
against them, compare the SHA-256 of the file `datapackage.json` with the one that was announced.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

NAME: Final = "manifest_sha256"

BLANK: Final = "0" * 64
"""The value in whose presence the SHA-256 of the manifest's bytes is taken."""

_WRITTEN: Final = re.compile(rb'"manifest_sha256": "([0-9a-f]{64})"')


def with_digest(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as JSON text, the SHA-256 of itself last."""
    blank = json.dumps({**manifest, NAME: BLANK}, indent=2, ensure_ascii=False) + "\n"
    digest = hashlib.sha256(blank.encode()).hexdigest()
    start, end = blank.rsplit(BLANK, 1)
    return f"{start}{digest}{end}"


def is_missing(content: bytes) -> bool:
    """Return whether a manifest does not hold exactly one SHA-256 of itself."""
    return len(_WRITTEN.findall(content)) != 1


def is_intact(content: bytes) -> bool:
    """Return whether the bytes of a manifest have the SHA-256 that it holds of itself.

    >>> text = with_digest({"name": "example"})
    >>> is_intact(text.encode()), is_intact(text.replace("example", "examples").encode())
    (True, False)
    """
    if is_missing(content):
        return False
    (written,) = (bytes(found) for found in _WRITTEN.findall(content))
    blank = content.replace(written, BLANK.encode())
    return hashlib.sha256(blank).hexdigest().encode() == written
