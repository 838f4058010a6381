"""The writer of `docs/measurements/disclosure.md`, called by `bench.inference`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bench.inference import Guesses, Hits, Result

PAGE: Final = """\
# What attackers gain from a release

<!-- Written by `python -m bench.inference`. Do not edit. -->

All records are invented. *Search and repair alone* is the program as it was before: the records determine its choice, except for
the start of its search. *The program* draws among feasible roundings at a finite temperature, and prefers to show counts in
likely cells. *Small count rounding* is our own compact version of the method in the R package SmallCountRounding.

## An attacker who runs the program

A witness is another table that agrees with everything a release publishes. Each table was rounded with {keys} keys. Somebody who
runs the program often enough can rule out a witness that never gives the published numbers; one that gives them more often
than the true counts do is at least as good a guess. A release is refused if any examined small sum lacks two witnesses, four
apart, that are each at least a fifth as likely as the true counts.

| records | method | true counts gave the numbers | witnesses | witnesses that never did | median witness |
|---:|---|---:|---:|---:|---:|
{hits}

## An attacker with a model of the population

The data are 1,336 records in ten nationalities and the rest, by age, sex, crime type, outcome and quarter. The attacker has a
model of the population and knows how often the program shows each count. *Called "exactly 1"* is the share of cells showing
5, 6 or 7 for which that is at least 90% probable, and *right* the share of these calls that are true. *Occupied zeros* is the
share of occupied cells among the 50 zeros that the model expects to be largest. Means over two keys.

Compared with small count rounding, the program tells the best informed attacker less, and one who fits the published two-way sums
no more. An attacker who has only one-way totals finds more occupied zeros in a release of the program, because its totals are
exact.

| model fitted to | method | called "exactly 1" | right | occupied zeros |
|---|---|---:|---:|---:|
{guesses}

## The cost to readers

Mean absolute error of sums: all sums that the categories allow, and in brackets those whose true value is not 0.

| method | one-way | two-way | three-way |
|---|---:|---:|---:|
{errors}
"""


def page(
    results: Mapping[str, Result],
    hits: Mapping[tuple[str, int], Hits],
    *,
    keys: int,
) -> str:
    """Return the page as Markdown."""
    return PAGE.format(
        keys=keys,
        hits="\n".join(_hits_rows(hits, keys)),
        guesses="\n".join(_guess_rows(results)),
        errors="\n".join(_error_rows(results)),
    )


def gain_rows(guesses: Mapping[str, Guesses]) -> Iterator[dict[str, str]]:
    """Yield the guesses on the program as rows of `data/reference/inference_gain.csv`."""
    for model, found in guesses.items():
        yield {
            "model": model,
            "called": f"{found.called:.0%}",
            "right": f"{found.right:.0%}",
            "occupied": f"{found.occupied:.0%}",
        }


def _hits_rows(hits: Mapping[tuple[str, int], Hits], keys: int) -> Iterator[str]:
    for (method, records), found in hits.items():
        tried = sorted(found.witnesses)
        median = tried[len(tried) // 2] if tried else 0
        yield (
            f"| {records} | {method} | {found.truth} of {keys} | {len(tried)} | {found.never} "
            f"| {median} of {keys} |"
        )


def _guess_rows(results: Mapping[str, Result]) -> Iterator[str]:
    models = next(iter(results.values())).guesses
    for model in models:
        for method, result in results.items():
            found = result.guesses[model]
            yield (
                f"| {model} | {method} | {found.called:.0%} | {found.right:.0%} "
                f"| {found.occupied:.0%} |"
            )


def _error_rows(results: Mapping[str, Result]) -> Iterator[str]:
    for method, result in results.items():
        errors = result.errors
        yield (
            f"| {method} | {errors['one-way totals']:.2f} "
            f"| {errors['two-way sums, with zeros']:.2f} ({errors['two-way sums']:.2f}) "
            f"| {errors['three-way sums, with zeros']:.2f} ({errors['three-way sums']:.2f}) |"
        )
