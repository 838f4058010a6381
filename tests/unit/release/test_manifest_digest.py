"""The SHA-256 that a manifest holds of itself: every changed byte shows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.release.manifest_digest import BLANK, NAME, is_intact, is_missing, with_digest

MANIFESTS = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))


@given(MANIFESTS, st.data())
def test_a_changed_byte_anywhere_in_a_manifest_shows(
    manifest: dict[str, object], data: st.DataObject
) -> None:
    content = with_digest(manifest).encode()
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    assert is_intact(content)
    assert not is_intact(content[:place] + bytes([other]) + content[place + 1 :])


@given(MANIFESTS)
def test_a_manifest_keeps_its_other_members(manifest: dict[str, object]) -> None:
    written = json.loads(with_digest(manifest))
    assert written | {NAME: ""} == manifest | {NAME: ""}


def test_writing_a_manifest_again_replaces_its_digest() -> None:
    first = json.loads(with_digest({"name": "a"}))
    assert is_intact(with_digest({**first, "name": "b"}).encode())


@pytest.mark.parametrize(
    "text", ["", "{}", f'{{"{NAME}": ""}}', with_digest({}) + with_digest({"name": BLANK})]
)
def test_a_manifest_without_one_digest_is_not_intact(text: str) -> None:
    assert is_missing(text.encode())
    assert not is_intact(text.encode())
