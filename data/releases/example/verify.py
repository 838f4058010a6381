"""Check the proof of a release by addition alone: python verify.py FOLDER. Needs Python and nothing else."""

import csv
import functools
import gzip
import hashlib
import itertools
import json
import math
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
MARK = next((path.stem[11:] for path in FOLDER.glob("datapackage-*.json")), "")  # in names of downloads, if invented
sys.excepthook = lambda _, error, __: print(f"WRONG: a file is missing or not whole: {error}", file=sys.stderr)
MANIFEST = json.loads((FOLDER / f"datapackage{MARK}.json").read_text(encoding="utf-8"))
RULES, LISTS = MANIFEST["disclosure_control"], MANIFEST["codelists"]
NAMES = ("nationality", "age_band", "sex", "crime_type", "outcome")
YEARS = {quarter: year for year, quarters in RULES["quarters"].items() for quarter in quarters}
CODES = [[*YEARS, *RULES["quarters"]], *(list(LISTS[name]) for name in NAMES)]
SUMS = list(itertools.product(*CODES))  # every sum has a number: its place in this list
ORDER = [6 - one.count("_T") - (one[0] not in YEARS) for one in SUMS]  # how many codes it fixes
ROOM = [0, 0, *(RULES["largest_error"].get(str(order), 0) for order in range(2, 6)), 6]  # how far such a sum may be off
PLACES = [{code: at * math.prod(map(len, CODES[n + 1 :])) for at, code in enumerate(codes)} for n, codes in enumerate(CODES)]


def check(holds, wrong):
    if not holds:
        sys.exit(f"WRONG: {wrong}")


for file in MANIFEST["resources"]:
    marked = FOLDER / file["path"].replace(".", f"{MARK}.", 1)
    found = hashlib.sha256((marked if marked.exists() else FOLDER / file["path"]).read_bytes()).hexdigest()
    check(file["hash"] == f"sha256:{found}", f"{file['path']} is not the file that the manifest lists")


def number(one):
    return sum(places[code] for places, code in zip(PLACES, one, strict=True))


@functools.cache
def half(first, *codes):  # what three codes of a cell, or their totals, add to the numbers of its sums
    pairs = [(places[code], places[YEARS.get(code, "_T")]) for places, code in zip(PLACES[first:], codes)]
    return [sum(pair) for pair in itertools.product(*pairs)]


def sums(cell):  # the numbers of the 64 sums that a cell of one quarter is part of
    return [one + other for one in half(0, *cell[:3]) for other in half(3, *cell[3:])]


def counting(year, where):  # the numbers of the sums that together count some codes of a year
    return [number(one) for one in itertools.product([year], *(where.get(name, ["_T"]) for name in NAMES))]


def added_up(rows):  # what all sums are, and the least they can be; those of up to three codes must be there, and be right
    published, least = [0] * len(SUMS), [0] * len(SUMS)
    for number_of, value in rows.items():
        for one in sums(SUMS[number_of]) if ORDER[number_of] == 6 else ():
            published[one] += value
            least[one] += 1 if value <= 7 else value
    for one, value in enumerate(published):
        expected = value if ORDER[one] in {0, 1, 2, 3, 6} else 0
        check(rows.get(one, 0) == expected, f"{SUMS[one]} shows {rows.get(one, 0)}, and its cells add up to {expected}")
    return published, least


def spread(lines, rows, published):  # how far witnesses move each sum, down and up; each must agree with all that is published
    net, low, high = ([0] * len(SUMS) for _ in range(3))
    facts = [(fact, counting(fact["year"], fact["where"])) for fact in RULES["facts"]]
    for name, changes in itertools.chain([("no", ())], itertools.groupby(lines, key=lambda line: line[0])):
        moved, seen = [], set()
        for _, *cell, change in changes:
            one, moves, change = number(cell), sums(cell), int(change)
            shown = rows.get(one, 0)  # 0 stands for 0 to 4; 5, 6 and 7 for 1 to 4 or for themselves
            if ORDER[one] < 6 or not (shown > 0) <= shown + change <= 4 or shown > 7 or one in seen:
                check(False, f"witness {name}: {cell} cannot be {shown + change}, or is there twice")
            seen.add(one)
            moved.append(moves)
            for one in moves:
                net[one] += change
        for fact, counted in facts:
            check(fact["low"] <= sum(published[at] + net[at] for at in counted) <= fact["high"], f"{name} witness")
        for one in itertools.chain(*moved):
            if change := net[one]:
                net[one] = 0
                if change > high[one]:
                    high[one] = change
                elif change < low[one]:
                    low[one] = change
    for one, order in enumerate(ORDER):
        check(max(high[one], -low[one]) <= ROOM[order], f"witnesses move {SUMS[one]} by {low[one]} to {high[one]}")
    return low, high


def proved(claim, published):  # the number of a sum that is over 4: it holds parts, totals of one dimension and facts, that are
    (year, _, *codes), bound = claim["sum"], 0
    added = [(-1, {name: [code] for name, code in zip(NAMES, codes) if code != "_T"})]
    for part in claim["parts"]:
        where, times = part["where"], part["times"]
        check(all(len({*codes} - {"_T"}) == len(codes) for codes in where.values()), f"{where} names a code twice, or none")
        facts = [(fact["low"], fact["high"]) for fact in RULES["facts"] if (fact["year"], fact["where"]) == (year, where)]
        total = sum(published[one] for one in counting(year, where))
        bound += times * ((total, total) if len(where) < 2 else [*facts, (0, math.inf)][0])[times < 0]
        added.append((times, where))
    for cell in itertools.product(*([code for code in listed if code != "_T"] for listed in CODES[1:])):
        over = sum(times for times, where in added if all(code in where.get(name, [code]) for name, code in zip(NAMES, cell)))
        check(over <= 0, f"the parts of {claim['sum']} count {cell} too often")
    check(bound > 4, f"{claim['sum']} is only known to be at least {bound}")
    return number((year, *codes))


def verify():
    rows = {}
    with (FOLDER / f"cells{MARK}.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            one, value = number(row[name] for name in ("period", *NAMES)), int(row["value"])
            check(value > 4 and one not in rows, f"{SUMS[one]} shows {value}, or is there twice")
            rows[one] = value
    published, least = added_up(rows)
    with gzip.open(FOLDER / f"witnesses{MARK}.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        next(lines := csv.reader(stream))
        low, high = spread(lines, rows, published)
    known = {proved(claim, published) for claim in RULES["known"]}
    small = {one for one, value in enumerate(least) if 0 < value <= 4 and ORDER[one] > 1}  # totals of one code are exact
    for quarters in RULES["quarters"].values():  # what shows 0, and whose codes all stand in a cell that can shrink
        ours = [SUMS[one] for one, value in rows.items() if ORDER[one] == 6 and SUMS[one][0] in quarters and value <= 7]
        small |= {number(cell) for cell in itertools.product(*map(set, zip(*ours)))} - rows.keys()
    narrow = [one for one in small - known if high[one] - low[one] < 4]
    check(not narrow, f"{len(narrow)} sums have a range too narrow, {SUMS[min(narrow, default=0)]} the first")
    print(f"True: {len(rows):,} numbers add up. {len(small - known):,} sums that could be 1 to 4 have a range at least 4 wide.")
    facts = ", ".join(fact["name"] for fact in RULES["facts"])
    print(f"Known to be over 4, by exact totals and {facts or 'no facts'}: {len(known)} more.")


verify()
