"""Entity tags (RFC 9110, 8.8.3), and the `If-None-Match` precondition (13.1.2)."""

from __future__ import annotations


def of_coding(digest: str, encoding: str) -> str:
    """Return the tag of a body in a content coding, '' for none, from the digest of the body.

    >>> of_coding("1f", "br"), of_coding("1f", "")
    ('"1f-br"', '"1f"')
    """
    return f'"{digest}-{encoding}"' if encoding else f'"{digest}"'


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
