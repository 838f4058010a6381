"""The report on risk and utility of a draft, measured on its own records.

`pipeline` writes it into the private folder, because it holds true counts. The certificate, which
is public, has only figures that follow from the public files.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from referrals.publishing.disclosure.group_disclosure import NearCertain
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.disclosure.utility import OrderErrors, errors_by_order
from referrals.publishing.history import private_store
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.publishing.tabulation.counts import Codes, Counts
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT

FOLDER: Final = "reports"
"""The folder of reports in the private folder, a file for each draft."""

RISK: Final = f"""
### Risk

Small sums are those of 1 to {LARGEST_SMALL_COUNT} referrals. The ranges are those that the release
announces for them: what readers can conclude.

| dimensions fixed | sums not 0 | small | share | small and listed | narrowest range | mean range |
|---|---|---|---|---|---|---|"""

UTILITY: Final = """
### Utility

A sum that is 0 in truth stays 0: the first mean leaves such sums out.

| dimensions fixed | sums not 0 | mean error | with those that are 0 | largest error | exact |
|---|---|---|---|---|---|"""

Ranges = Mapping[Codes, tuple[int, int]]
"""The smallest and the largest possible count that a release announces, by period and codes."""


def write(  # noqa: PLR0913  each is a part of the report
    private: Path,
    folder: Path,
    years: Sequence[Revision | SuppressedYear],
    near_certain: Sequence[NearCertain],
    accepted: Mapping[str, str],
    *,
    is_example: bool,
) -> Path:
    """Write the report on a draft and return its path.

    Args:
        private: the publisher's private folder.
        folder: the draft.
        years: its years, with their true counts.
        near_certain: its groups whose members nearly all share one crime type or outcome.
        accepted: the reasons to publish in spite of a check, by its name.
        is_example: whether the code lists are those of the worked example.
    """
    ranges = _ranges(folder / "cells.csv")
    lines = [
        f"# Risk and utility of the draft {folder.name}",
        "",
        "This report holds true counts. Keep it private.",
    ]
    for year in years:
        lines += ["", f"## {year.year}", *_risk(year, ranges), *_utility(year)]
    lines += ["", "## Group disclosure", ""]
    groups = [f"- {group.sentence(is_example=is_example)}." for group in near_certain]
    lines += groups or ["None was found."]
    lines += [f"- Accepted, {check}: {reason}" for check, reason in accepted.items()]
    private_store.make_durable(private / FOLDER)
    path = private / FOLDER / f"{folder.name}.md"
    private_store.write_private(path, "\n".join(lines) + "\n")
    return path


def _risk(year: Revision | SuppressedYear, ranges: Ranges) -> Iterator[str]:
    """Yield a table of small sums and of the ranges announced to readers, by order."""
    widths, true = _widths(year, ranges), _true(year)
    yield RISK
    # Only the numbers of sums by order are of use here, so the counts are compared with themselves.
    for found in errors_by_order(true, true):
        own = widths.get(found.order, [])
        narrowest = f"{min(own)}" if own else ""
        mean = f"{sum(own) / len(own):.1f}" if own else ""
        yield (
            f"| {found.order} | {found.sums:,} | {found.small:,} | {found.small / found.sums:.0%} "
            f"| {len(own):,} | {narrowest} | {mean} |"
        )


def _utility(year: Revision | SuppressedYear) -> Iterator[str]:
    """Yield a table of the errors of sums, by order, or the share that is withheld."""
    if isinstance(year, SuppressedYear):
        share = f"{year.share_suppressed:.1%} of the cells of two dimensions are withheld."
        yield f"\n### Utility\n\n{share}"
        return
    yield UTILITY
    shown = Counts.of(year.year, year.categories, year.shown)
    yield from map(_errors_row, errors_by_order(_true(year), shown))


def _errors_row(found: OrderErrors) -> str:
    return (
        f"| {found.order} | {found.sums:,} | {found.mean:.2f} | {found.mean_with_zeros:.2f} "
        f"| {found.largest} | {found.exact:.0%} |"
    )


def _true(year: Revision | SuppressedYear) -> Counts:
    return Counts.of(year.year, year.categories, year.true)


def _widths(year: Revision | SuppressedYear, ranges: Ranges) -> dict[int, list[int]]:
    """Return the widths of the announced ranges of the small sums that are listed, by order."""
    sums: dict[Codes, int] = defaultdict(int)
    for cell, value in year.true.items():
        for codes in itertools.product(*((code, TOTAL) for code in cell)):
            period = year.year if codes[0] == TOTAL else codes[0]
            sums[period, *codes[1:]] += value
    widths: dict[int, list[int]] = defaultdict(list)
    for codes, value in sums.items():
        if 0 < value <= LARGEST_SMALL_COUNT and codes in ranges:
            low, high = ranges[codes]
            order = len(FINEST) - codes.count(TOTAL) - (codes[0] == year.year)
            widths[order].append(high - low)
    return widths


def _ranges(path: Path) -> Ranges:
    """Return the ranges of `cells.csv`; a number that is withheld has none."""
    ranges: dict[Codes, tuple[int, int]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["lower"] and row["upper"]:
                codes = (row["period"], *(row[name] for name in DIMENSIONS))
                ranges[codes] = int(row["lower"]), int(row["upper"])
    return ranges
