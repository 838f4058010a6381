"""The agreement of an extract of 2020-21 with the published figures, counted from the file itself.

Called by `extract` before a new file gets its name. Nothing that made the extract is trusted here.
Fractions in words ("approximately a fifth") are not checked, as in `ledger.bounds`; the counts
printed next to them are.
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
from referrals.publishing.ledger.bounds import DEFINITION, MODELLED, POLICE, Atom
from referrals.publishing.ledger.statements import Cell, Ledger, Statement
from referrals.publishing.synthetic import invented_shares, model
from referrals.publishing.synthetic.fitting import figures_not_met, require
from referrals.reference.codelists import NOT_RECORDED, codelist

YOUNGEST: Final = "E017"
OLDEST: Final = "E018"
MOST_ARE_ADULTS: Final = "E020"
NATIONALITIES: Final = "E022"
THREE_LARGEST: Final = "E023"
"""Statements on ages and nationalities that are not counts of cells, so no `Rule` covers them."""

UNRECORDED: Final = "not recorded"
ADULT_AGE: Final = 18


class Agreement(NamedTuple):
    """The ids of the published figures that an extract meets, and of remainders that it cannot."""

    met: tuple[str, ...]
    unmet: tuple[str, ...]


class _Group(NamedTuple):
    """The number of referrals with these words in these columns of an extract."""

    nationality: str
    age: str
    sex: str
    crime_type: str
    referrals: int


def check_figures(extract: Path, ledger: Ledger) -> Agreement:
    """Return which published figures an extract meets.

    A remainder that contradicts the other figures (relation R01) is returned as unmet. Any other
    figure must be met.

    Raises:
        DataError: a figure is not met. The message names the statements.
    """
    with duckdb.connect() as connection:
        rows = connection.execute(
            sql.statement("synthetic/extract_counts"), {"path": str(extract)}
        ).fetchall()
    counted = _ExtractCounts(ledger, [_Group(*row) for row in rows])
    rules = model.published_rules(ledger)
    require(counted.atoms, rules)
    descriptions = counted.descriptions()
    if broken := sorted(key for key, holds in descriptions.items() if not holds):
        raise figures_not_met(broken)
    remainders = [statement for statement in counted.statements if statement.is_remainder]
    failing = {
        statement.statement_id
        for statement in remainders
        if counted.count(statement.cell) != statement.count
    }
    checked = {rule.statement_id for rule in rules} | descriptions.keys()
    checked |= {statement.statement_id for statement in remainders}
    return Agreement(tuple(sorted(checked - failing - {DEFINITION})), tuple(sorted(failing)))


@dataclass(frozen=True)
class _ExtractCounts:
    """The counts of an extract, to be compared with published figures."""

    ledger: Ledger
    groups: Sequence[_Group]

    @cached_property
    def statements(self) -> list[Statement]:
        return self.ledger.about(*MODELLED)

    @cached_property
    def atoms(self) -> Mapping[Atom, int]:
        """The finest cells' counts, with police referrals (not in an extract) as published."""
        police = next(
            statement.count
            for statement in self.statements
            if statement.is_count and statement.cell == Cell("police_referrals")
        )
        counts = Counter[Atom]({POLICE: police})
        for group in self.groups:
            counts[_atom(group)] += group.referrals
        return counts

    def count(self, cell: Cell) -> int:
        """Return the number of victim referrals in a cell."""
        parts = [
            codelist(name).parts(code, model.PARTITION[name]) for name, code in cell.codes().items()
        ]
        return sum(
            count for atom, count in self.atoms.items() if atom != POLICE and _is_in(atom, parts)
        )

    def descriptions(self) -> dict[str, bool]:
        """Return whether each statement about ages and nationalities holds, by statement id."""
        ages = Counter[int]()
        sizes = Counter[str]()
        for group in self.groups:
            sizes[group.nationality] += group.referrals
            if group.age.isdigit():
                ages[int(group.age)] += group.referrals
        adults = sum(count for age, count in ages.items() if age >= ADULT_AGE)
        largest = {nationality for nationality, _ in sizes.most_common(3)}
        nationalities = codelist("nationality")
        named = {nationalities.label(code) for code in nationalities.codes["_TOP3"].members}
        fourth, third = sorted(sizes.values())[-4:-2]
        published = {key: statement.value for key, statement in self.ledger.statements.items()}
        return {
            YOUNGEST: min(ages) == int(published[YOUNGEST]),
            OLDEST: max(ages) == int(published[OLDEST]),
            MOST_ARE_ADULTS: 2 * adults > sum(sizes.values()),
            NATIONALITIES: len(sizes) == int(published[NATIONALITIES]) and UNRECORDED not in sizes,
            THREE_LARGEST: largest == named and fourth < third,
        }


def _is_in(atom: Atom, parts: Sequence[Collection[str]]) -> bool:
    return all(code in part for code, part in zip(atom, parts, strict=True))


def _atom(group: _Group) -> Atom:
    """Return the finest published cell that the words of a record belong to."""
    label = codelist("nationality").label
    named = {label(code): code for code in model.PARTITION["nationality"]}
    return (
        named.get(group.nationality, "_OTH"),
        _band(group.age),
        NOT_RECORDED if group.sex == UNRECORDED else group.sex,
        "OTH" if group.crime_type == UNRECORDED else group.crime_type,
    )


def _band(age: str) -> str:
    if age == UNRECORDED:
        return NOT_RECORDED
    ages = invented_shares.AGES.items()
    return next((band for band, (_, oldest) in ages if int(age) <= oldest), "60+")
