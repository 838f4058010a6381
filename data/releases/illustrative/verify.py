"""Check the proof of a release by addition alone: python verify.py FOLDER. Needs Python and nothing else."""

import csv
import functools
import gzip
import itertools
import json
import sys
from collections import Counter
from pathlib import Path

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
NAMES = ("quarter", "nationality", "age_band", "sex", "crime_type", "outcome")
RULES = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))["disclosure_control"]
YEARS = {quarter: year for year, quarters in RULES["quarters"].items() for quarter in quarters}
ROOM = [0, 0, *(RULES["largest_error"].get(str(order), 0) for order in range(2, 6)), 4]  # by how many codes a sum fixes
cells, rows, published, least, moved = {}, {}, Counter(), Counter(), set()


def check(holds, wrong):
    if not holds:
        sys.exit(f"WRONG: {wrong}")


@functools.cache
def sums(cell):  # every sum that a cell of one quarter is part of: its year, then each code or the total
    return [(YEARS[cell[0]], *codes) for codes in itertools.product(*((code, "_T") for code in cell))]


with (FOLDER / "cells.csv").open(encoding="utf-8", newline="") as stream:
    for row in csv.DictReader(stream):
        rows[(row["period"], *(row[name] for name in NAMES[1:]))] = int(row["value"])
cells = {codes: value for codes, value in rows.items() if codes[0] in YEARS and "_T" not in codes}
for cell, value in cells.items():
    published.update(dict.fromkeys(sums(cell), value))
    least.update(dict.fromkeys(sums(cell), 1 if value <= 7 else value))
for codes, value in rows.items():  # no count of 1 to 4, and everything adds up
    one = (YEARS[codes[0]], *codes) if codes[0] in YEARS else (codes[0], "_T", *codes[1:])
    check(value > 4 and value == published[one], f"{codes} shows {value}, and its cells add up to {published[one]}")

with gzip.open(FOLDER / "witnesses.csv.gz", "rt", encoding="utf-8", newline="") as stream:
    for number, changes in itertools.groupby(csv.DictReader(stream), key=lambda row: row["witness"]):
        net, facts = {}, Counter()
        for row in changes:
            cell, change = tuple(row[name] for name in NAMES), int(row["change"])
            other = cells.get(cell, 0) + change  # 0 stands for 0 to 4; 5, 6 and 7 for 1 to 4 or for themselves
            check(0 <= other <= 4 and (other or cell not in cells) and cells.get(cell, 0) < 8, f"{number}: {cell}")
            for one in sums(cell):
                net[one] = net.get(one, 0) + change
            for place, fact in enumerate(RULES["facts"]):
                where = fact["where"].items()
                facts[place] += change * (YEARS[cell[0]] == fact["year"] and all(cell[NAMES.index(n)] in c for n, c in where))
        for one, change in net.items():
            if change:
                check(abs(change) <= ROOM[6 - one.count("_T")], f"{number} moves {one}")
        for place, fact in enumerate(RULES["facts"]):
            check(fact["low"] <= fact["published"] + facts[place] <= fact["high"], f"{number} breaks {fact['name']}")
        moved |= {one for one, change in net.items() if abs(change) >= 4}

small = {one for one, low in least.items() if low <= 4 and one.count("_T") < 5}  # totals of one dimension are exact
for year, quarters in RULES["quarters"].items():  # what shows 0, and whose codes all stand in a cell that can shrink
    ours = [cell for cell, value in cells.items() if cell[0] in quarters and value <= 7]
    every = itertools.product(*({cell[place] for cell in ours} for place in range(len(NAMES))))
    small |= {(year, *codes) for codes in every if codes not in cells}
known = {tuple(one["sum"]) for one in RULES["known"] if one["value"] > 4}  # they follow from exact totals and earlier facts
check(small <= moved | known, f"no witness moves {min(small - moved - known, default='')}")
print(f"True: {len(rows):,} numbers add up. {len(small - known):,} sums that could be 1 to 4 have a range at least 4 wide.")
print(f"{len(known)} more follow from exact totals and are larger than 4.")
