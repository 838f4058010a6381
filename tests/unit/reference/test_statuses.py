"""Status letters: one table for pages, manifests and spreadsheets."""

from __future__ import annotations

from referrals.reference import statuses
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import Kind

LETTERS = ["d", "e", "u", "x", "c", "z", "r", "p", "low"]


def test_every_letter_has_a_meaning_and_a_symbol_in_one_order() -> None:
    for kind in Kind:
        assert list(statuses.meanings(kind)) == LETTERS
        assert list(statuses.symbols(kind)) == LETTERS


def test_rounded_releases_replace_the_meanings_that_differ_and_no_others() -> None:
    general, rounded = statuses.meanings(), statuses.meanings(Kind.ROUNDED)
    assert [letter for letter in LETTERS if general[letter] != rounded[letter]] == ["e", "u", "r"]
    names, rounded_names = statuses.symbols(), statuses.symbols(Kind.ROUNDED)
    assert [letter for letter in LETTERS if names[letter] != rounded_names[letter]] == [
        "e",
        "r",
    ]


def test_the_low_reliability_of_a_share_names_the_threshold_of_the_pages() -> None:
    assert f"fewer than {SMALLEST_SHARE_BASE} referrals" in statuses.meanings(Kind.ROUNDED)["u"]


def test_a_manifest_lists_the_letters_of_its_method_and_the_empty_status() -> None:
    assert list(statuses.manifest_meanings("rounded")) == ["", "e", "r", "p"]
    assert list(statuses.manifest_meanings("suppressed")) == ["", "c"]
    assert statuses.manifest_meanings("rounded")[""] == "exact"
