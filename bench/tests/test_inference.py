"""The attackers of the inference experiment, and small count rounding, on tables of a few cells."""

from __future__ import annotations

import numpy as np
import pytest

from bench import inference, small_count_rounding
from tests.fixtures.small_counts import people

TRUE = np.array([1, 2, 0, 3, 1, 0])
SHOWN = np.array([5, 5, 0, 0, 0, 0])


def test_a_count_in_an_unlikely_cell_is_called_exactly_one() -> None:
    found = inference.guesses(TRUE, SHOWN, np.array([0.01, 0.01, 0.1, 3.0, 0.1, 0.1]))
    assert found.called == 1
    assert found.right == pytest.approx(1 / 2)


def test_a_count_in_a_likely_cell_is_not_called_exactly_one() -> None:
    assert inference.guesses(TRUE, SHOWN, np.full(6, 3.0)).called == 0


def test_the_likeliest_zeros_are_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "LIKELIEST_ZEROS", 1)
    likely_and_occupied = np.array([0.1, 0.1, 0.1, 3.0, 0.1, 0.1])
    likely_and_empty = np.array([0.1, 0.1, 3.0, 0.1, 0.1, 0.1])
    assert inference.guesses(TRUE, SHOWN, likely_and_occupied).occupied == 1
    assert inference.guesses(TRUE, SHOWN, likely_and_empty).occupied == 0


def test_main_effects_are_those_of_independent_dimensions() -> None:
    table = np.outer([1, 3], [2, 4])
    assert inference.main_effects(table) == pytest.approx(table)


def test_small_count_rounding_makes_small_counts_0_or_5_and_nearly_keeps_the_total() -> None:
    counts = people(200)
    rounded = small_count_rounding.rounded(counts, seed=1)
    small = counts.values < small_count_rounding.BASE
    assert set(rounded.values[small].tolist()) == {0, 5}
    assert rounded.values[~small].tolist() == counts.values[~small].tolist()
    assert abs(int(rounded.values.sum() - counts.values.sum())) < 5
