"""A rehearsal of `publish`: count, protect and describe the draft to expect. Writes nothing.

Called by `publish --dry-run`. The draft itself is made from the same protected numbers. A year that
was never published is proved as well; that of a revision is left to the attack on the draft.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Final

from referrals.publishing import foresee, protected_counts
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.history.private_store import PrivateStore
from referrals.publishing.options import Options
from referrals.publishing.protected_counts import Progress, Protected
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.release.release import EXAMPLE

LONGEST_RUN: Final = 3
"""A whole run took at most this many times as long as a rehearsal, for 300 to 1,336 records."""


@dataclass(frozen=True)
class Rehearsal:
    """The result of a rehearsal, which took some `seconds`."""

    protected: Protected
    is_example: bool
    seconds: float

    def as_text(self) -> str:
        """Return the result in sentences, one a line."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        years = self.protected.years
        records = sum(sum(year.true.values()) for year in years)
        yield f"A draft would have {records:,} records of {', '.join(year.year for year in years)}."
        for year in years:
            yield from self._groups(year.year)
            yield from year.summary
        for regrouping in self.protected.tabulated.regrouped:
            yield regrouping.sentence(is_example=self.is_example)
        yield from self.protected.tabulated.groupings
        yield from self._errors()
        agreeing = [fact.name for agreed in self.protected.agreed for fact in agreed.facts]
        disagreeing = [name for agreed in self.protected.agreed for name in agreed.disagreeing]
        if agreeing:
            yield f"The records agree with these published figures: {', '.join(agreeing)}."
        if disagreeing:
            yield f"They do not agree with these published figures: {', '.join(disagreeing)}."
        if any(self.protected.previous_years):
            yield (
                "A revision is attacked beside the earlier releases only by publish itself, which "
                "can still refuse it."
            )
        yield (
            f"This took {ceil(self.seconds)} seconds. With building and attacking the draft, "
            f"publish takes up to {ceil(self.seconds * LONGEST_RUN)}. Nothing was written."
        )

    def _groups(self, year: str) -> Iterator[str]:
        """Yield a sentence on each group of a year, and on the categories by themselves."""
        recoded = self.protected.tabulated.recoding[year]
        occurring = {
            (row.dimension, row.code) for row in self.protected.tabulated.found if row.year == year
        }
        for dimension in DIMENSIONS:
            listed = codelist(dimension, is_example=self.is_example)
            members: dict[str, list[str]] = defaultdict(list)
            for (name, code), group in recoded.recoding.items():
                if name == dimension and (name, code) in occurring:
                    members[group].append(listed.label(code))
            for group, labels in sorted(members.items()):
                together = ", ".join(sorted(labels))
                yield f"{year}: “{listed.label(group)}” has {together}."

    def _errors(self) -> Iterator[str]:
        """Yield a sentence on the largest error for each number of dimensions of a rounded year."""
        largest: dict[int, int] = defaultdict(int)
        for year in self.protected.years:
            if isinstance(year, Revision):
                for order, error in year.table.largest_error.items():
                    largest[order] = max(largest[order], error)
        for order, error in sorted(largest.items()):
            yield f"A number that fixes {order} dimensions is off by {error} at most."


def rehearse(extracts: Sequence[Path], options: Options, *, progress: Progress) -> Rehearsal:
    """Count and protect extracts, and return a description of the draft to expect.

    Raises:
        ExtractError, DisclosureError: as `pipeline.publish`.
    """
    start = monotonic()
    options.check()
    store = PrivateStore(options.private, read_only=True)
    protected = protected_counts.protect(
        extracts, options, store, is_rehearsal=True, progress=progress
    )
    for year, previous in zip(protected.years, protected.previous_years, strict=True):
        if previous is None:
            foresee.refuse_narrow_sums(year)
    status = protected.tabulated.releases.status
    return Rehearsal(protected, status == EXAMPLE, monotonic() - start)
