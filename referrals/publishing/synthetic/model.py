"""The shape of an illustrative year: how many referrals each combination of attributes has. Read the figures as invented.

For 2020-21 the whole numbers meet every figure that the assessment published, and everything between those figures is made
up: how one attribute goes with another, which nationalities the other 92 are and how many referrals each has, and all
outcomes, dates and police forces, of which nothing is published. The 92 are large countries in an order that the seed draws,
so nothing is said of any of them.

Sex not recorded is 205 here. The assessment prints 194 as the remainder of 706 male and 425 female, but these three add up
to 1,325 and not to its total of 1,336 (relation R01). The total is printed five times, so the remainder is what gives way.

Later years are drift, step by step from 2020-21, each step drawn from the seed and the year: the total moves by -5% to +10%
and the weight of each category of each attribute by up to 8% either way (a nationality's among the 92, by 15%).
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
from referrals.publishing.synthetic.fitting import apportion, controlled_rounding, deal, rake
from referrals.reference.codelists import NOT_RECORDED

FIRST: Final = 2020
"""The year to March that the published figures are of starts here, and so does the drift."""

MOST_RECORDS: Final = 50_000_000
PARTITION: Final[Partition] = tomllib.loads(
    (PUBLISHED / "release.toml").read_text(encoding="utf-8")
)["partition"]
"""How the published statements divide everyone. Crime type not recorded is in `OTH` until the fit is done."""

_LARGE: Final = (
    "IND IDN PAK NGA BRA BGD RUS MEX ETH JPN PHL EGY COD IRN TUR DEU THA TZA FRA ZAF ITA KEN MMR COL KOR SDN UGA ESP DZA IRQ "
    "ARG AFG POL YEM CAN MAR SAU UKR AGO UZB MYS PER GHA MOZ NPL MDG CIV VEN CMR NER AUS PRK MLI BFA SYR LKA MWI ZMB ROU CHL "
    "KAZ TCD ECU SOM GTM SEN NLD KHM ZWE RWA BEN BDI TUN BOL HTI BEL JOR DOM CUB SSD SWE HND CZE AZE GRC PRT TJK BLR HUN ISR "
    "SLE ERI"
)
OTHERS: Final = tuple(_LARGE.split())
"""The other 92 of the 95 nationalities: large countries, in no order."""

AGES: Final[Mapping[str, tuple[int, int]]] = {
    "0-17": (2, 17), "18-19": (18, 19), "20-29": (20, 29), "30-39": (30, 39), "40-49": (40, 49), "50-59": (50, 59),
    "60+": (60, 70),
}  # fmt: skip
"""The youngest and the oldest age of each band: the published ages are 2 to 70."""

CRIMES: Final[Mapping[str, tuple[int, int, int]]] = {
    "VNM": (88, 3, 9), "ALB": (82, 6, 12), "CHN": (78, 7, 15), "_OTH": (43, 22, 35),
}  # fmt: skip
"""Invented: modern slavery, domestic abuse and other crime of each 100, by nationality, before the fit."""

SEXES: Final[Mapping[str, tuple[int, int, int]]] = {
    "MS": (57, 27, 16),
    "DA": (21, 70, 9),
    "OTH": (66, 21, 13),
}
"""Invented: male, female and not recorded of each 100, by crime type, before the fit."""

BANDS: Final[Mapping[str, tuple[int, ...]]] = {
    "MS": (13, 11, 29, 22, 12, 6, 2, 5), "DA": (3, 5, 27, 29, 20, 8, 3, 5), "OTH": (8, 6, 26, 23, 18, 10, 4, 5),
}  # fmt: skip
"""Invented: each age band of each 100, by crime type, before the fit."""

OUTCOMES: Final[Mapping[str, Mapping[str, int]]] = {
    "MS": {
        "SAFEGUARDING": 41,
        "ICE": 9,
        "CASEWORK": 18,
        "INTELLIGENCE": 9,
        "NFA": 17,
        NOT_RECORDED: 6,
    },
    "DA": {
        "SAFEGUARDING": 36,
        "ICE": 8,
        "CASEWORK": 17,
        "INTELLIGENCE": 6,
        "NFA": 27,
        NOT_RECORDED: 6,
    },
    "OTH": {
        "SAFEGUARDING": 17,
        "ICE": 16,
        "CASEWORK": 20,
        "INTELLIGENCE": 10,
        "NFA": 30,
        NOT_RECORDED: 7,
    },
    NOT_RECORDED: {
        "SAFEGUARDING": 14,
        "ICE": 14,
        "CASEWORK": 16,
        "INTELLIGENCE": 8,
        "NFA": 32,
        NOT_RECORDED: 16,
    },
}
"""Invented: outcomes of each 100, by crime type. Nothing is published on outcomes."""

FORCES: Final[Mapping[str, int]] = {
    "metropolitan": 24, "west-midlands": 8, "greater-manchester": 7, "kent": 6, "west-yorkshire": 6, "essex": 4, "scotland": 4,
    "thames-valley": 4, "south-wales": 3, "merseyside": 3, "sussex": 3, "hampshire": 3, "avon-and-somerset": 2, "btp": 2,
    "northern-ireland": 2, "northumbria": 2, "south-yorkshire": 2, "nottinghamshire": 2, "leicestershire": 2, "lancashire": 2,
    "bedfordshire": 1, "cambridgeshire": 1, "cheshire": 1, "derbyshire": 1, "norfolk": 1, "north-wales": 1, "staffordshire": 1,
    NOT_RECORDED: 2,
}  # fmt: skip
"""Invented: police forces of each 100. Nothing is published on them."""

QUARTERS: Final = (22, 26, 27, 25)
"""Invented: referrals of each 100 in April to June, and in the three quarters that follow."""

UNSTATED: Final = (22, 3)
"""Invented: of each 25 referrals of other crime, how many have their crime type recorded, and how many do not."""

ONE_KIND: Final[Mapping[int, str]] = {14: "MS", 22: "DA", 30: "OTH"}
"""Among the 92 in order of size, three whose referrals are all of one crime type: whoever protects them must notice."""

JUST_OVER: Final = 51
"""The assessment's "just over 50%" is read as under 51%."""


@dataclass(frozen=True)
class Planned:
    """How many referrals share these attributes, with the ages that each may have: none where age was not recorded."""

    nationality: str
    age_band: str
    sex: str
    crime_type: str
    referrals: int
    youngest: int | None
    oldest: int | None


def starts(year: str) -> int:
    """Return the calendar year in which a year to March starts: 2020 for 2020-21.

    Raises:
        DataError: it is no year to March, or one before the published figures.
    """
    form = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", year)
    if form is None or (int(form[1]) + 1) % 100 != int(form[2]) or int(form[1]) < FIRST:
        raise DataError(
            f"'{year}' is no year to March that can be made: the first is 2020-21, and the next 2021-22."
        )
    return int(form[1])


def just_over(statement: Statement) -> Rule:
    """Return the rule that a share printed as "just over 50%" is under 51%, which the words say and no number does."""
    part = statement.cell
    members = {"20-29", "30-39"} if part.age_band == "20-39" else {part.age_band}
    weights = {
        atom: -JUST_OVER + 100 * (atom[1] in members)
        for atom in itertools.product(*PARTITION.values())
    }
    return Rule(statement.statement_id, weights, -UNBOUNDED, -1)


def published_rules(ledger: Ledger) -> list[Rule]:
    """Return what the published figures of 2020-21 ask of counts, but for the remainder that contradicts them (R01)."""
    kept = [one for one in ledger.about(*MODELLED) if not one.is_remainder]
    vague = [one for one in kept if one.precision == "more_than"]
    return [*System(kept, PARTITION).rules, *map(just_over, vague)]


def plan(ledger: Ledger, *, year: str, seed: int, records: int | None = None) -> list[Planned]:
    """Return an illustrative year: the count of every combination of attributes that has referrals.

    With `records` the same shape is brought to that many referrals, and the published figures need not hold.

    Raises:
        DataError: the year is none, the number of records is not from 1 to 50 million, or no fit was found.
    """
    if records is not None and not 1 <= records <= MOST_RECORDS:
        raise DataError(f"{records:,} records cannot be made. Ask for 1 to {MOST_RECORDS:,}.")
    rules, random = published_rules(ledger), Random(f"{seed}/{year}")
    raked = rake(_target(rules), rules)
    blocks = (
        controlled_rounding(raked, rules) if starts(year) == FIRST else _drifted(raked, year, seed)
    )
    counts = _stated(_by_nationality(blocks, year, seed, random), random)
    return list(_with_ages(counts if records is None else apportion(counts, records)))


def _target(rules: Sequence[Rule]) -> dict[Atom, float]:
    """Return the invented weights of the finest cells, with the police referrals as published."""
    police = next(rule.low for rule in rules if list(rule.weights) == [POLICE])
    return {POLICE: float(police)} | {
        (nation, band, sex, crime): float(
            (1 if nation == "_OTH" else 0.2)
            * CRIMES[nation][PARTITION["crime_type"].index(crime)]
            * SEXES[crime][PARTITION["sex"].index(sex)]
            * BANDS[crime][PARTITION["age_band"].index(band)]
            / 1000
        )
        for nation, band, sex, crime in itertools.product(*PARTITION.values())
    }


def walk(name: str, *, year: str, seed: int, least: float = -0.08, most: float = 0.08) -> float:
    """Return how far something has drifted since 2020-21, as a factor: a step for each year, drawn from least to most."""
    steps = (
        Random(f"{seed}/{step}/{name}").uniform(least, most)
        for step in range(FIRST + 1, starts(year) + 1)
    )
    return exp(sum(steps))


def _drifted(raked: Mapping[Atom, float], year: str, seed: int) -> dict[Atom, int]:
    """Return the finest cells of a later year, in whole numbers."""
    moved = {
        code: walk(code, year=year, seed=seed) for codes in PARTITION.values() for code in codes
    }
    weights: dict[Atom, float] = {
        (nation, band, sex, crime): raked[nation, band, sex, crime]
        * moved[nation]
        * moved[band]
        * moved[sex]
        * moved[crime]
        for nation, band, sex, crime in itertools.product(*PARTITION.values())
    }
    total = sum(many for atom, many in raked.items() if atom != POLICE)
    return apportion(
        weights, round(total * walk("total", year=year, seed=seed, least=-0.05, most=0.10))
    )


def _by_nationality(
    blocks: Mapping[Atom, int], year: str, seed: int, random: Random
) -> dict[Atom, int]:
    """Return the finest cells with the others divided among 92 nationalities, most of them small."""
    named = {atom: many for atom, many in blocks.items() if atom != POLICE and atom[0] != "_OTH"}
    cards = {atom[1:]: many for atom, many in blocks.items() if atom[0] == "_OTH"}
    order = Random(f"{seed}/order").sample(OTHERS, len(OTHERS))
    weights = {
        nation: walk(nation, year=year, seed=seed, least=-0.15, most=0.15) / (rank + 6) ** 1.6
        for rank, nation in enumerate(order)
    }
    sizes = apportion(weights, sum(cards.values()), at_least=1)
    leaning = {
        (nation, card): _leaning(order.index(nation), card, seed)
        for nation in order
        for card in cards
    }
    picky = [order[rank] for rank in ONE_KIND]
    hands = {
        nation: sizes[nation] for nation in [*picky, *(one for one in order if one not in picky)]
    }
    dealt = deal(hands, cards, leaning, random)
    return named | {(nation, *card): many for (nation, card), many in dealt.items()}


def _leaning(rank: int, card: Atom, seed: int) -> float:
    """Return how far one of the 92 leans to a crime type: not at all to any other, where all of its own are of one kind."""
    crime = card[2]
    if rank in ONE_KIND:
        return float(ONE_KIND[rank] == crime)
    return Random(f"{seed}/{rank}/{crime}").uniform(0.3, 1.7)


def _stated(counts: Mapping[Atom, int], random: Random) -> dict[Atom, int]:
    """Return the counts with some of the other crime moved to crime type not recorded."""
    stated = {atom: many for atom, many in counts.items() if atom[3] != "OTH"}
    for atom, many in counts.items():
        if atom[3] == "OTH":
            for crime in random.choices(("OTH", NOT_RECORDED), UNSTATED, k=many):
                stated[*atom[:3], crime] = stated.get((*atom[:3], crime), 0) + 1
    return stated


def _with_ages(counts: Mapping[Atom, int]) -> Iterator[Planned]:
    """Yield the plan of each cell. One referral is the youngest published age and one the oldest, where there are such."""
    ends = {"0-17": AGES["0-17"][0], "60+": AGES["60+"][1]}
    for (nation, band, sex, crime), many in counts.items():
        if not many:
            continue
        youngest, oldest = AGES.get(band, (None, None))
        one = Planned(nation, band, sex, crime, many, youngest, oldest)
        if band in ends:
            end = ends.pop(band)
            yield replace(one, referrals=1, youngest=end, oldest=end)
            one = replace(one, referrals=many - 1)
        yield one
