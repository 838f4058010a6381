"""Entity tags: whether whoever asks has what would be sent already (RFC 9110, 13.1.2)."""

from __future__ import annotations


def has_it(if_none_match: str, tag: str) -> bool:
    """Return whether an `If-None-Match` header names a tag; a cache on the way may have marked it as weak.

    >>> has_it('W/"1", "2"', '"1"'), has_it("*", '"1"'), has_it('"12"', '"1"'), has_it("", '"1"')
    (True, True, False, False)
    """
    tags = (
        [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
        if if_none_match
        else []
    )
    return tag in tags or "*" in tags
