"""The likelihood check: witnesses give the published numbers about as readily as the truth does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext as does_not_raise
from typing import Any, cast

import numpy as np
import pytest

from bench import inference
from referrals.errors import DisclosureError
from referrals.paths import REFERENCE
from referrals.publishing.cell_codes import Codes, Fact
from referrals.publishing.disclosure.rounding import likelihood
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.constraints import on_small_counts
from referrals.publishing.disclosure.rounding.feasible_roundings import every_rounding
from referrals.publishing.tabulation.counts import Counts
from referrals.reference import table_schema
from referrals.reference.disclosure_rule import (
    LARGEST_LIKELIHOOD_RATIO,
    SMALLEST_ROUNDED_YEAR,
    SMALLEST_UNCHANGED,
)
from tests.fixtures.small_counts import TINY, YEAR, facts, grid, people, protected

pytestmark = pytest.mark.publishing

CODES = {name: [*codes, "_NK"][:2] for name, codes in TINY.items()}
FEWEST_LIKELY = 0.9
"""The share of witnesses that must give the published numbers at least once."""


def few_people(count: int, seed: int) -> Counts:
    """Return the counts of a few people in two codes of each dimension, most of them alike."""
    generator = np.random.default_rng(seed)
    while True:
        drawn = generator.random((count, len(CODES))) < 0.4
        cells = Counter(
            tuple(codes[int(second)] for codes, second in zip(CODES.values(), row, strict=True))
            for row in drawn.tolist()
        )
        if min(drawn.sum(axis=0).min(), (~drawn).sum(axis=0).min()) >= 10:
            return Counts.of(YEAR, CODES, cells)


def publishable(count: int, first_seed: int = 0) -> Counts:
    """Return the counts of a few people that some choice of 0, 5, 6 and 7 can publish."""
    for seed in range(first_seed, first_seed + 50):
        counts = few_people(count, seed)
        small = int((counts.values < SMALLEST_UNCHANGED).sum())
        roundings = every_rounding(on_small_counts(counts, ()), small)
        if roundings is not None and len(roundings):
            return counts
    raise AssertionError("none can be published")


def test_numbers_without_a_small_count_behind_them_are_certain() -> None:
    cells = dict.fromkeys(grid(), 5)
    counts = Counts.of(YEAR, TINY, cells)
    assert likelihood.log_probability(counts, (), cells) == (0, True)


def test_numbers_that_change_a_large_count_are_impossible() -> None:
    cells = dict.fromkeys(grid(), 5)
    counts = Counts.of(YEAR, TINY, cells)
    changed = {**cells, grid()[0]: 6}
    assert likelihood.log_probability(counts, (), changed) == (-math.inf, True)


@pytest.mark.slow
def test_the_probability_of_published_numbers_is_how_often_keys_give_them() -> None:
    counts = publishable(50)
    found = Counter(
        tuple(sorted(rounding.protect(counts, seed=seed).cells.items())) for seed in range(200)
    )
    for cells, times in found.items():
        chance, is_exact = likelihood.log_probability(counts, (), dict(cells))
        assert is_exact
        assert times / 200 == pytest.approx(math.exp(chance), abs=0.15)


@pytest.mark.parametrize("records", [50, 60])
def test_small_sums_of_a_few_people_have_witnesses_as_likely_as_the_truth(records: int) -> None:
    counts = publishable(records)
    found = likelihood.require(counts, rounding.protect(counts, seed=7), seed=7)
    assert found.held == found.sums > 50
    assert found.likely >= FEWEST_LIKELY * found.witnesses > 0


@pytest.mark.slow
def test_small_sums_of_300_people_have_witnesses_as_likely_as_the_truth() -> None:
    found = likelihood.require(*protected(), seed=1)
    assert found.held == found.sums == likelihood.SAMPLE
    assert not found.is_exact
    assert found.truth < 0


@pytest.mark.slow
def test_a_release_is_refused_if_no_witness_is_likely(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, table = protected()
    monkeypatch.setattr(likelihood, "ROUNDS", 1)
    monkeypatch.setattr(likelihood, "MOST_SEARCHED", 0)
    monkeypatch.setattr(
        likelihood, "log_probability", lambda counts, *_: (0.0 if counts is truth else -9.0, True)
    )
    with pytest.raises(DisclosureError, match=r"runs the program could rule out .* small sums"):
        likelihood.require(truth, table, seed=1)


@pytest.mark.parametrize(("times_less", "is_refused"), [(1.01, False), (0.99, True)])
def test_a_witness_counts_only_if_it_is_not_much_less_likely_than_the_truth(
    monkeypatch: pytest.MonkeyPatch, times_less: float, is_refused: bool
) -> None:
    truth = publishable(50)
    table = rounding.protect(truth, seed=7)
    of_witnesses = math.log(times_less / LARGEST_LIKELIHOOD_RATIO)
    monkeypatch.setattr(likelihood, "ROUNDS", 1)
    monkeypatch.setattr(likelihood, "MOST_SEARCHED", 0)
    monkeypatch.setattr(
        likelihood,
        "log_probability",
        lambda counts, *_: (0.0 if counts is truth else of_witnesses, True),
    )
    found = likelihood.measure(truth, table, seed=7)
    assert found.witnesses > 0
    assert (found.likely == 0) == (found.held == 0) == is_refused


def test_a_witness_whose_probability_is_only_bounded_from_above_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth = publishable(50)
    table = rounding.protect(truth, seed=7)
    monkeypatch.setattr(likelihood, "ROUNDS", 1)
    monkeypatch.setattr(likelihood, "MOST_SEARCHED", 0)
    monkeypatch.setattr(likelihood, "log_probability", lambda counts, *_: (0.0, counts is truth))
    found = likelihood.measure(truth, table, seed=7)
    assert (found.likely, found.held) == (0, 0)
    assert found.witnesses > 0


@pytest.mark.parametrize(
    ("missing", "small", "is_refused"), [(0, 4, False), (1, 4, True), (1, 0, False)]
)
def test_a_year_of_too_few_records_is_refused_if_it_has_small_counts(
    monkeypatch: pytest.MonkeyPatch, missing: int, small: int, is_refused: bool
) -> None:
    sound = likelihood.Likelihoods(0.0, is_exact=True, witnesses=1, likely=1, sums=1, held=1)
    monkeypatch.setattr(likelihood, "measure", lambda *_, **__: sound)
    first, second, *_ = grid()
    others = SMALLEST_ROUNDED_YEAR - missing - small
    counts = Counts.of(YEAR, TINY, {first: others, **({second: small} if small else {})})
    outcome = pytest.raises(DisclosureError, match=f"{YEAR} has {SMALLEST_ROUNDED_YEAR - missing}")
    with outcome if is_refused else does_not_raise():
        likelihood.require(counts, cast("Any", None), seed=1)


@pytest.mark.slow
def test_the_check_keeps_agreed_facts() -> None:
    counts = people()
    chance, is_exact = likelihood.log_probability(counts, facts(counts), protected()[1].cells)
    assert not is_exact
    assert chance <= 0


@pytest.mark.slow
@pytest.mark.parametrize("records", [50, 60])
def test_a_run_with_25_keys_rules_out_hardly_any_witness(records: int) -> None:
    """An attacker runs the program; nothing of the likelihood check is used here."""
    found = inference.hits(publishable(records), inference.program)
    assert len(found.witnesses) >= 10
    assert found.never <= (1 - FEWEST_LIKELY) * len(found.witnesses)
    is_likely = [times >= found.truth / 5 for times in found.witnesses]
    assert np.mean(is_likely) >= FEWEST_LIKELY


def with_one_key(counts: Counts, agreed: Sequence[Fact], seed: int) -> Mapping[Codes, int]:
    """A planted fault: the choice is the same for every key, and has the smallest errors."""
    del seed
    return inference.search_alone(counts, agreed, 0)


@pytest.mark.slow
def test_a_choice_that_is_the_same_for_every_key_rules_out_most_witnesses() -> None:
    for first_seed in range(0, 200, 50):
        try:
            found = inference.hits(publishable(60, first_seed), with_one_key, keys=3)
        except DisclosureError:
            continue
        assert found.truth == 3
        assert found.never > len(found.witnesses) / 2
        return
    pytest.fail("search and repair alone refused every table")


def test_certificates_quote_a_smaller_gain_than_that_of_small_count_rounding() -> None:
    """With small count rounding on the same records: 30% called, 78% occupied."""
    *_, best = table_schema.read(REFERENCE / "inference_gain.csv")
    assert float(best["called"].rstrip("%")) < 30
    assert float(best["occupied"].rstrip("%")) < 76
