"""The model of a synthetic year: the number of referrals with each combination of attributes.

Used by `extract` and `agreement`. Read its figures as invented. For 2020-21, the whole numbers meet
every figure that the assessment published, and everything else is invented: how attributes combine,
which the other 92 nationalities are and how many referrals each has, and all outcomes, dates and
police forces (nothing is published about these). The 92 are large countries in an order drawn from
the seed, so the model says nothing about any of them.

Sex not recorded is 205 here. The assessment prints 194 as the remainder of 706 male and 425 female,
but these three add up to 1,325, not to its total of 1,336 (relation R01). The total is printed five
times, so the remainder gives way.

Later years drift from 2020-21 in yearly steps, drawn from the seed and the year. The total moves by
-5% to +10%, and the weight of each category of each attribute by up to 8% either way (15% for each
of the 92 nationalities).
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random
from typing import Final

from referrals.errors import DataError
from referrals.paths import PUBLISHED
from referrals.publishing.ledger.bounds import (
    MODELLED,
    POLICE,
    UNBOUNDED,
    Atom,
    Partition,
    Rule,
    System,
)
from referrals.publishing.ledger.statements import Ledger, Statement
from referrals.publishing.synthetic.fitting import (
    apportion,
    controlled_rounding,
    rake,
    random_table,
)
from referrals.publishing.synthetic.invented_shares import (
    AGE_SHARES,
    AGES,
    CRIME_SHARES,
    OTHER_CRIME_WEIGHTS,
    OTHER_NATIONALITIES,
    SEX_SHARES,
    SINGLE_CRIME_RANKS,
)
from referrals.reference.codelists import NOT_RECORDED
from referrals.reference.periods import is_example

PUBLISHED_YEAR: Final = "2020-21"
FIRST_YEAR: Final = 2020
"""The start of the year to March of the published figures, from which later years drift."""

PARTITION: Final[Partition] = tomllib.loads(
    (PUBLISHED / "release.toml").read_text(encoding="utf-8")
)["partition"]
"""The categories of the published statements. `OTH` includes crime not recorded during the fit."""

JUST_OVER_PERCENT: Final = 51
"""The assessment's "just over 50%" is read as less than 51%."""

INDEPENDENT_SHARE: Final = 0.03
"""The share of the referrals of a larger year whose attributes are independent of one another."""


@dataclass(frozen=True)
class PlannedCell:
    """The number of referrals with these attributes, and the range of their ages in years.

    Both ages are None if age was not recorded.
    """

    nationality: str
    age_band: str
    sex: str
    crime_type: str
    referrals: int
    youngest: int | None
    oldest: int | None


def start_year(year: str) -> int:
    """Return the calendar year in which a year to March starts: 2020 for 2020-21.

    Raises:
        DataError: it is not a year to March, or is before the published figures.
    """
    form = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", year)
    is_valid = form is not None and (int(form[1]) + 1) % 100 == int(form[2])
    if form is None or not is_valid or int(form[1]) < FIRST_YEAR:
        raise DataError(
            f"'{year}' is not a year to March from 2020-21 on. Write it like 2020-21 or 2021-22, "
            "or EY1 for a year of the worked example."
        )
    return int(form[1])


def just_over_half(statement: Statement) -> Rule:
    """Return the rule that a share printed as "just over 50%" is less than 51%.

    The words imply it, but no printed number does.
    """
    part = statement.cell
    bands = {"20-29", "30-39"} if part.age_band == "20-39" else {part.age_band}
    weights = {
        atom: -JUST_OVER_PERCENT + 100 * (atom[1] in bands)
        for atom in itertools.product(*PARTITION.values())
    }
    return Rule(statement.statement_id, weights, -UNBOUNDED, -1)


def published_rules(ledger: Ledger) -> list[Rule]:
    """Return the rules implied by the figures of 2020-21, except the contradictory remainder."""
    statements = [statement for statement in ledger.about(*MODELLED) if not statement.is_remainder]
    vague = [statement for statement in statements if statement.precision == "more_than"]
    return [*System(statements, PARTITION).rules, *map(just_over_half, vague)]


def plan(ledger: Ledger, *, year: str, seed: int, records: int | None = None) -> list[PlannedCell]:
    """Return the referrals of a synthetic year, by combination of attributes.

    With `records`, the same proportions are scaled to that many referrals. The published figures
    then need not hold, and a larger year has rare combinations that the smaller one lacks.

    Raises:
        DataError: the year is not valid, or no fit was found.
    """
    rules, random = published_rules(ledger), Random(f"{seed}/{year}")
    raked = rake(_initial_weights(rules), rules)
    if start_year(year) == FIRST_YEAR:
        atoms = controlled_rounding(raked, rules)
    else:
        atoms = _drifted(raked, year, seed)
    counts = _with_unrecorded_crime(_with_all_nationalities(atoms, year, seed, random), random)
    if records is not None:
        counts = apportion(_with_rare_combinations(counts, records), records)
    return list(_with_ages(counts))


def _initial_weights(rules: Sequence[Rule]) -> dict[Atom, float]:
    """Return the invented weights of the finest cells, with the police referrals as published."""
    police = next(rule.low for rule in rules if list(rule.weights) == [POLICE])
    weights: dict[Atom, float] = {POLICE: float(police)}
    for nation, band, sex, crime in itertools.product(*PARTITION.values()):
        weights[nation, band, sex, crime] = float(
            (1 if nation == "_OTH" else 0.2)
            * CRIME_SHARES[nation][PARTITION["crime_type"].index(crime)]
            * SEX_SHARES[crime][PARTITION["sex"].index(sex)]
            * AGE_SHARES[crime][PARTITION["age_band"].index(band)]
            / 1000
        )
    return weights


def drift(
    name: str, *, year: str, seed: int, smallest: float = -0.08, largest: float = 0.08
) -> float:
    """Return the factor by which a quantity has changed since the first year.

    Args:
        name: the quantity; each drifts independently.
        year: the year to March, or an example year, which has not drifted in EY1.
        seed: the seed of the extract.
        smallest: the smallest step of one year, as a logarithm.
        largest: the largest step of one year, as a logarithm.
    """
    if is_example(year):
        later_years = range(2, int(year.removeprefix("EY")) + 1)
    else:
        later_years = range(FIRST_YEAR + 1, start_year(year) + 1)
    steps = (Random(f"{seed}/{step}/{name}").uniform(smallest, largest) for step in later_years)
    return exp(sum(steps))


def _drifted(raked: Mapping[Atom, float], year: str, seed: int) -> dict[Atom, int]:
    """Return the finest cells of a later year, in whole numbers."""
    codes = [code for codes in PARTITION.values() for code in codes]
    factors = {code: drift(code, year=year, seed=seed) for code in codes}
    weights: dict[Atom, float] = {
        (nation, band, sex, crime): raked[nation, band, sex, crime]
        * factors[nation]
        * factors[band]
        * factors[sex]
        * factors[crime]
        for nation, band, sex, crime in itertools.product(*PARTITION.values())
    }
    total = sum(count for atom, count in raked.items() if atom != POLICE)
    growth = drift("total", year=year, seed=seed, smallest=-0.05, largest=0.10)
    return apportion(weights, round(total * growth))


def _with_all_nationalities(
    atoms: Mapping[Atom, int], year: str, seed: int, random: Random
) -> dict[Atom, int]:
    """Return the finest cells with `_OTH` divided among 92 nationalities, most of them small."""
    named = {atom: count for atom, count in atoms.items() if atom != POLICE and atom[0] != "_OTH"}
    other = {atom[1:]: count for atom, count in atoms.items() if atom[0] == "_OTH"}
    by_size = Random(f"{seed}/order").sample(OTHER_NATIONALITIES, len(OTHER_NATIONALITIES))
    weights = {
        nation: drift(nation, year=year, seed=seed, smallest=-0.15, largest=0.15)
        / (rank + 6) ** 1.6
        for rank, nation in enumerate(by_size)
    }
    sizes = apportion(weights, sum(other.values()), at_least=1)
    affinity = {
        (nation, column): _affinity(rank, column[2], seed)
        for rank, nation in enumerate(by_size)
        for column in other
    }
    # Nationalities of one crime type come first, while there are enough referrals of that type.
    single = [by_size[rank] for rank in SINGLE_CRIME_RANKS]
    rows = [*single, *(nation for nation in by_size if nation not in single)]
    divided = random_table({nation: sizes[nation] for nation in rows}, other, affinity, random)
    return named | {(nation, *column): count for (nation, column), count in divided.items()}


def _affinity(rank: int, crime: str, seed: int) -> float:
    """Return how strongly one of the 92 nationalities is drawn to a crime type; 1 is neutral."""
    if rank in SINGLE_CRIME_RANKS:
        return float(SINGLE_CRIME_RANKS[rank] == crime)
    return Random(f"{seed}/{rank}/{crime}").uniform(0.3, 1.7)


def _with_unrecorded_crime(counts: Mapping[Atom, int], random: Random) -> dict[Atom, int]:
    """Return the counts with some other crime moved to crime type not recorded."""
    moved = {atom: count for atom, count in counts.items() if atom[3] != "OTH"}
    for atom, count in counts.items():
        if atom[3] != "OTH":
            continue
        for crime in random.choices(("OTH", NOT_RECORDED), OTHER_CRIME_WEIGHTS, k=count):
            cell = (*atom[:3], crime)
            moved[cell] = moved.get(cell, 0) + 1
    return moved


def _with_rare_combinations(
    counts: Mapping[Atom, int], records: int
) -> Mapping[Atom, int] | Mapping[Atom, float]:
    """Return the weights of a larger year: of some referrals the attributes are independent.

    Without them a million referrals would have no small group, and groups of thousands would share
    one crime type only because one of 1,336 referrals stood for them.
    """
    total = sum(counts.values())
    if records <= total:
        return counts
    shares: list[dict[str, float]] = [{} for _ in PARTITION]
    for atom, count in counts.items():
        for by_code, code in zip(shares, atom, strict=True):
            by_code[code] = by_code.get(code, 0.0) + count / total
    weights: dict[Atom, float] = {
        atom: (1 - INDEPENDENT_SHARE) * count for atom, count in counts.items()
    }
    for nation, band, sex, crime in itertools.product(*shares):
        share = shares[0][nation] * shares[1][band] * shares[2][sex] * shares[3][crime]
        atom = (nation, band, sex, crime)
        weights[atom] = weights.get(atom, 0.0) + INDEPENDENT_SHARE * total * share
    return weights


def _with_ages(counts: Mapping[Atom, int]) -> Iterator[PlannedCell]:
    """Yield the planned cells, with one referral of the youngest and one of the oldest age.

    Either is left out if its age band is empty.
    """
    extremes = {"0-17": AGES["0-17"][0], "60+": AGES["60+"][1]}
    for (nation, band, sex, crime), count in counts.items():
        if not count:
            continue
        youngest, oldest = AGES.get(band, (None, None))
        cell = PlannedCell(nation, band, sex, crime, count, youngest, oldest)
        if band in extremes:
            age = extremes.pop(band)
            yield replace(cell, referrals=1, youngest=age, oldest=age)
            cell = replace(cell, referrals=count - 1)
        yield cell
