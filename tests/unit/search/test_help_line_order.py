"""The order of help lines for the concern of a reader."""

from __future__ import annotations

from referrals.reference.helplines import helplines, needs
from referrals.search import help_line_order, search_words


def test_every_need_that_words_point_to_has_a_place_and_a_help_line() -> None:
    served = {need for line in helplines() for need in needs(line)}
    pointed_to = {need for means in search_words.of().needs.values() for need in means}
    assert pointed_to <= set(help_line_order.TIE_ORDER) <= served
    assert set(help_line_order.USUAL_NEEDS) <= served


def test_all_places_in_the_order_of_ties_are_less_than_a_word() -> None:
    assert len(help_line_order.TIE_ORDER) * help_line_order.TIE_STEP < 1
