"""Which published figures an extract of 2020-21 agrees with, counted from the file itself and from nothing that made it.

Shares in words ("approximately a fifth") bind nothing, as in `referrals.publishing.ledger.bounds`: the counts printed beside them do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from referrals import sql
from referrals.errors import DataError
from referrals.publishing.ledger.bounds import DEFINITION, MODELLED, POLICE, Atom
from referrals.publishing.ledger.statements import Cell, Ledger, Statement
from referrals.publishing.synthetic import model
from referrals.publishing.synthetic.fitting import require
from referrals.reference.codelists import NOT_RECORDED, codelist

YOUNGEST: Final = "E017"
OLDEST: Final = "E018"
MOST_ARE_ADULTS: Final = "E020"
NATIONALITIES: Final = "E022"
THREE_LARGEST: Final = "E023"
UNRECORDED: Final = "not recorded"
ADULT: Final = 18


class Agreement(NamedTuple):
    """The ids of the published figures that an extract meets, and of the remainders that it cannot meet."""

    met: tuple[str, ...]
    unmet: tuple[str, ...]


class _Counted(NamedTuple):
    """How many referrals of an extract have these words in these columns."""

    nationality: str
    age: str
    sex: str
    crime_type: str
    referrals: int


def figures(extract: Path, ledger: Ledger) -> Agreement:
    """Return which published figures an extract meets.

    A remainder that contradicts the other figures (relation R01) is told as unmet; any other figure must be met.

    Raises:
        DataError: a figure is not met. The message names the statements.
    """
    with duckdb.connect() as connection:
        rows = connection.execute(
            sql.statement("synthetic/extract_counts"), {"path": str(extract)}
        ).fetchall()
    made = _Made(ledger, [_Counted(*row) for row in rows])
    rules = model.published_rules(ledger)
    require(made.counts, rules)
    described = made.descriptions()
    if broken := sorted(one for one, holds in described.items() if not holds):
        raise DataError(
            f"The fit does not meet {', '.join(broken)}. Nothing was written. Report this as a fault."
        )
    remainders = {
        one.statement_id: made.count(one.cell) == one.count
        for one in made.statements
        if one.is_remainder
    }
    unmet = {one for one, holds in remainders.items() if not holds}
    met = {rule.statement_id for rule in rules} | described.keys() | remainders.keys()
    return Agreement(tuple(sorted(met - unmet - {DEFINITION})), tuple(sorted(unmet)))


@dataclass(frozen=True)
class _Made:
    """The counts of an extract, to hold published figures against."""

    ledger: Ledger
    rows: Sequence[_Counted]

    @cached_property
    def statements(self) -> list[Statement]:
        return self.ledger.about(*MODELLED)

    @cached_property
    def counts(self) -> Mapping[Atom, int]:
        """The finest published cells, and the police referrals: of those an extract holds none, so they are as published."""
        police = next(
            one.count
            for one in self.statements
            if one.is_count and one.cell == Cell("police_referrals")
        )
        counts = Counter[Atom]({POLICE: police})
        for row in self.rows:
            counts[_atom(row)] += row.referrals
        return counts

    def count(self, cell: Cell) -> int:
        """Return how many victim referrals a cell has."""
        parts = [
            codelist(name).parts(code, model.PARTITION[name]) for name, code in cell.codes().items()
        ]
        return sum(
            many for atom, many in self.counts.items() if atom != POLICE and _within(atom, parts)
        )

    def descriptions(self) -> dict[str, bool]:
        """Return, by statement, whether what is said of ages and nationalities holds."""
        ages = {int(row.age): 0 for row in self.rows if row.age.isdigit()}
        sizes = Counter[str]()
        for row in self.rows:
            sizes[row.nationality] += row.referrals
            if row.age.isdigit():
                ages[int(row.age)] += row.referrals
        largest = {nationality for nationality, _ in sizes.most_common(3)}
        named = {
            codelist("nationality").label(code)
            for code in codelist("nationality").codes["_TOP3"].members
        }
        fourth, third = sorted(sizes.values())[-4:-2]
        said = self.ledger.statements
        return {
            YOUNGEST: min(ages) == int(said[YOUNGEST].value),
            OLDEST: max(ages) == int(said[OLDEST].value),
            MOST_ARE_ADULTS: 2 * sum(many for age, many in ages.items() if age >= ADULT)
            > sum(sizes.values()),
            NATIONALITIES: len(sizes) == int(said[NATIONALITIES].value) and UNRECORDED not in sizes,
            THREE_LARGEST: largest == named and fourth < third,
        }


def _within(atom: Atom, parts: Sequence[Collection[str]]) -> bool:
    return all(code in part for code, part in zip(atom, parts, strict=True))


def _atom(row: _Counted) -> Atom:
    """Return the finest published cell that the words of a record belong to."""
    named = {codelist("nationality").label(code): code for code in model.PARTITION["nationality"]}
    return (
        named.get(row.nationality, "_OTH"),
        _band(row.age),
        NOT_RECORDED if row.sex == UNRECORDED else row.sex,
        "OTH" if row.crime_type == UNRECORDED else row.crime_type,
    )


def _band(age: str) -> str:
    if age == UNRECORDED:
        return NOT_RECORDED
    return next((band for band, (_, oldest) in model.AGES.items() if int(age) <= oldest), "60+")
