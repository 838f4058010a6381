"""Entity tags: the `If-None-Match` precondition (RFC 9110, 13.1.2)."""

from __future__ import annotations


def is_listed(if_none_match: str, tag: str) -> bool:
    """Return whether an `If-None-Match` header lists a tag, so that a 304 is enough.

    The comparison is weak, as a cache on the way may have weakened the tag.

    >>> is_listed('W/"1", "2"', '"1"'), is_listed("*", '"1"')
    (True, True)
    >>> is_listed('"12"', '"1"'), is_listed("", '"1"')
    (False, False)
    """
    tags = [listed.strip().removeprefix("W/") for listed in if_none_match.split(",")]
    return tag in tags or "*" in tags
