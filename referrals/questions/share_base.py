"""The group that a share in a question is a share of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from referrals.questions.pieces import ADULTS, Piece
from referrals.questions.vocabulary import AMONG, Role

WIDER: Final[Mapping[str, str]] = {"sex": "_R", "age_band": ADULTS}
"""Codes that only repeat what a narrower code of the dimension says: "adults aged 20 to 39"."""


def base_of(found: Sequence[Piece]) -> tuple[dict[str, str], bool]:
    """Return the codes of the group that a share is a share of, and whether that is clear.

    The group is between "share of" and the next verb, after "in" or "among", or, after "of",
    before the word for the share. Codes of one group alone are the part: "the share of women".
    """
    place = next(
        (index for index, piece in enumerate(found) if piece.role in {Role.SHARE, Role.RANK}), 0
    )
    before, after = found[:place], list(found[place + 1 :])
    verb = _verb_after_group(after)
    group, part = after[:verb], after[verb:]
    in_group, in_part = _codes_in(group), _codes_in(part)
    if in_before := _codes_in(before):
        return _base_beside(before, in_before, in_group, in_part)
    if _begins_with_verb(before) and verb == len(after):
        return _base_before_last(group)
    if verb < len(after):
        if in_group and not in_part:
            return {}, False
        if in_group:
            return in_group, _are_apart(in_group, in_part)
        return _split_part(part)
    return _split_part(group)


def _base_beside(
    before: Sequence[Piece],
    in_before: dict[str, str],
    in_group: dict[str, str],
    in_part: dict[str, str],
) -> tuple[dict[str, str], bool]:
    """Return the group of a share if codes come before it: "of domestic abuse victims, 77% ...".

    Without "of" they are the part: "women are the majority of domestic abuse victims".
    """
    rest = {**in_group, **in_part}
    first = next(index for index, piece in enumerate(before) if piece.role is Role.CODE)
    is_group = any(piece.role in {Role.LINK, Role.INTO} for piece in before[:first])
    if is_group and rest:
        return in_before, _are_apart(in_before, rest)
    if in_part and not is_group:
        return {}, False
    return in_group, _are_apart(in_before, in_group)


def _begins_with_verb(before: Sequence[Piece]) -> bool:
    return bool(before) and before[0].role is Role.VERB


def _base_before_last(group: Sequence[Piece]) -> tuple[dict[str, str], bool]:
    """Return the group in "are most victims of domestic abuse women?": all but the last code."""
    places = [index for index, piece in enumerate(group) if piece.role is Role.CODE]
    if not places:
        return {}, True
    last = places[-1]
    is_apart = group[last - 1].role not in {Role.LINK, Role.INTO} if last else True
    base = _codes_in(group[:last])
    return base, is_apart and group[last].meaning.dimension not in base


def _verb_after_group(after: Sequence[Piece]) -> int:
    """Return the place of the verb that ends the group of a share, the end if there is none."""
    is_of_group = bool(after) and after[0].role is Role.LINK
    for index, piece in enumerate(after):
        if piece.role is Role.VERB and (is_of_group or index == 0):
            return index
    return len(after)


def _split_part(part: Sequence[Piece]) -> tuple[dict[str, str], bool]:
    """Return the group of a share among the codes of its part: those after "in" or "among"."""
    places = [index for index, piece in enumerate(part) if piece.role is Role.CODE]
    dimensions = {part[index].meaning.dimension for index in places}
    if len(dimensions) <= 1:
        return {}, True
    if len(dimensions) > 2:  # noqa: PLR2004 - a part and a group
        return {}, False
    first = part[places[0]].meaning.dimension
    later = next(index for index in places if part[index].meaning.dimension != first)
    has_preposition = any(
        piece.role is Role.INTO or piece.meaning.value == AMONG
        for piece in part[places[0] + 1 : later]
    )
    return _codes_in(part[later:]), has_preposition


def without_wider(codes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return codes without "sex recorded" beside a sex, and without "adults" beside an age."""
    found = dict(codes)
    for name, wider in WIDER.items():
        narrower = tuple(code for code in found.get(name, ()) if code != wider)
        if narrower:
            found[name] = narrower
    return found


def _codes_in(found: Sequence[Piece]) -> dict[str, str]:
    return {
        piece.meaning.dimension: piece.meaning.value
        for piece in found
        if piece.role is Role.CODE and piece.meaning.value != WIDER["sex"]
    }


def _are_apart(codes: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two groups are codes of different dimensions."""
    return codes.keys().isdisjoint(other)
