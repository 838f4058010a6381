"""Invented shares: how the referrals of a synthetic year divide by attribute.

Used by `model` and `extract`. `..._SHARES` are percentages. The fit of 2020-21 starts from those of
crimes, sexes and age bands; nothing published constrains the others. Only the ages are published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.reference.codelists import NOT_RECORDED

_LARGE_COUNTRIES: Final = (
    "IND IDN PAK NGA BRA BGD RUS MEX ETH JPN PHL EGY COD IRN TUR DEU THA TZA FRA ZAF ITA KEN "
    "MMR COL KOR SDN UGA ESP DZA IRQ ARG AFG POL YEM CAN MAR SAU UKR AGO UZB MYS PER GHA MOZ "
    "NPL MDG CIV VEN CMR NER AUS PRK MLI BFA SYR LKA MWI ZMB ROU CHL KAZ TCD ECU SOM GTM SEN "
    "NLD KHM ZWE RWA BEN BDI TUN BOL HTI BEL JOR DOM CUB SSD SWE HND CZE AZE GRC PRT TJK BLR "
    "HUN ISR SLE ERI"
)
OTHER_NATIONALITIES: Final = tuple(_LARGE_COUNTRIES.split())
"""The other 92 of the 95 nationalities: large countries, in no particular order."""

AGES: Final[Mapping[str, tuple[int, int]]] = {
    "0-17": (2, 17),
    "18-19": (18, 19),
    "20-29": (20, 29),
    "30-39": (30, 39),
    "40-49": (40, 49),
    "50-59": (50, 59),
    "60+": (60, 70),
}
"""The youngest and the oldest age of each band: the published ages are 2 to 70."""

CRIME_SHARES: Final[Mapping[str, tuple[int, int, int]]] = {
    "VNM": (88, 3, 9),
    "ALB": (82, 6, 12),
    "CHN": (78, 7, 15),
    "_OTH": (43, 22, 35),
}
"""Modern slavery, domestic abuse and other crime, by nationality."""

SEX_SHARES: Final[Mapping[str, tuple[int, int, int]]] = {
    "MS": (57, 27, 16),
    "DA": (21, 70, 9),
    "OTH": (66, 21, 13),
}
"""Male, female and not recorded, by crime type."""

AGE_SHARES: Final[Mapping[str, tuple[int, ...]]] = {
    "MS": (13, 11, 29, 22, 12, 6, 2, 5),
    "DA": (3, 5, 27, 29, 20, 8, 3, 5),
    "OTH": (8, 6, 26, 23, 18, 10, 4, 5),
}
"""Each age band, by crime type."""

OUTCOME_SHARES: Final[Mapping[str, Mapping[str, int]]] = {
    "MS": {"ICE": 15, "CASEWORK": 31, "INTELLIGENCE": 15, "NFA": 29, NOT_RECORDED: 10},
    "DA": {"ICE": 12, "CASEWORK": 27, "INTELLIGENCE": 9, "NFA": 42, NOT_RECORDED: 10},
    "OTH": {"ICE": 19, "CASEWORK": 24, "INTELLIGENCE": 12, "NFA": 36, NOT_RECORDED: 9},
    NOT_RECORDED: {"ICE": 16, "CASEWORK": 19, "INTELLIGENCE": 9, "NFA": 37, NOT_RECORDED: 19},
}
"""Outcomes, by crime type. Nothing is published on outcomes."""

FORCE_SHARES: Final[Mapping[str, int]] = {
    "metropolitan": 24,
    "west-midlands": 8,
    "greater-manchester": 7,
    "kent": 6,
    "west-yorkshire": 6,
    "essex": 4,
    "scotland": 4,
    "thames-valley": 4,
    "south-wales": 3,
    "merseyside": 3,
    "sussex": 3,
    "hampshire": 3,
    "avon-and-somerset": 2,
    "btp": 2,
    "northern-ireland": 2,
    "northumbria": 2,
    "south-yorkshire": 2,
    "nottinghamshire": 2,
    "leicestershire": 2,
    "lancashire": 2,
    "bedfordshire": 1,
    "cambridgeshire": 1,
    "cheshire": 1,
    "derbyshire": 1,
    "norfolk": 1,
    "north-wales": 1,
    "staffordshire": 1,
    NOT_RECORDED: 2,
}
"""Police forces. Nothing is published on them."""

QUARTER_SHARES: Final = (22, 26, 27, 25)
"""Referrals in April to June, and in the three quarters that follow."""

OTHER_CRIME_WEIGHTS: Final = (22, 3)
"""Of each 25 referrals of other crime: crime type recorded, and not recorded."""

SINGLE_CRIME_RANKS: Final[Mapping[int, str]] = {14: "MS", 22: "DA", 30: "OTH"}
"""Three of the 92 nationalities, by size, whose referrals are all of one crime type.

They plant a group disclosure, which whoever protects the extract must notice.
"""
