"""Check a release: python verify.py FOLDER [--expect SHA256]. Needs Python and nothing else.

Every file must be as it was written, every table must have the same numbers, and they must keep what the release promises.
--expect takes the SHA-256 of datapackage.json as its publisher announced it. Without it, a folder that somebody wrote anew
from end to end looks sound. This script is one of the files: if in doubt, take it from somewhere else.
"""

import argparse
import contextlib
import csv
import functools
import gzip
import hashlib
import importlib
import itertools
import json
import math
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

OPTIONS = argparse.ArgumentParser(description=__doc__.splitlines()[0])
OPTIONS.add_argument("folder", nargs="?", default=".", type=Path)
OPTIONS.add_argument("--expect", metavar="SHA256", default="", help="the SHA-256 of datapackage.json that was announced")
FOLDER, EXPECTED = (given := OPTIONS.parse_args()).folder, given.expect.lower()
COLUMNS = ("period", "nationality", "age_band", "sex", "crime_type", "outcome", "value", "lower", "upper", "status")
NAMES, CODED = COLUMNS[1:6], 6  # how many of the columns are codes
CODES_IN_BOOKS = ("Period code", "Nationality code", "Age code", "Sex code", "Crime type code", "Outcome code")
NUMBERS_IN_BOOKS = ("Victim referrals", "Lowest", "Highest", "Status")
BEING_READ = ["the release"]  # the file that an unexpected error is about, last


def in_one_line(kind, error, _):
    print(f"WRONG: {BEING_READ[-1]} cannot be read: {kind.__name__} {' '.join(str(error).split())}", file=sys.stderr)


sys.excepthook = in_one_line


def check(holds, wrong):
    if not holds:
        sys.exit(f"WRONG: {wrong}")


def find_manifest():
    """Return the path of the only manifest. Downloads have more in their names, as in "example-datapackage (2).json"."""
    found = [*FOLDER.glob("*datapackage*.json")]
    check(len(found) == 1, f"{FOLDER} needs one manifest, datapackage.json, and has {len(found)}")
    return found[0]


def read_manifest(path):
    """Return the manifest, once it has the SHA-256 that it holds of itself."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    check(EXPECTED in ("", digest), f"{path.name} has the SHA-256 {digest}, and not the expected one")
    own = re.findall(rb'"manifest_sha256": "([0-9a-f]{64})"', content)
    blank = content.replace(own[0], b"0" * 64) if len(own) == 1 else b""
    check(own == [hashlib.sha256(blank).hexdigest().encode()], f"{path.name} is not as it was written")
    return json.loads(content)


def find_files():
    """Return the path of each file of the release by its own name, once all are as the manifest lists them."""
    found, wrong = {}, []
    for file in MANIFEST["resources"]:
        candidates = FOLDER.glob(f"*{file['path'].replace('.', '*.', 1)}")
        digests = {f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}": path for path in candidates if path.is_file()}
        if file["hash"] in digests:
            found[file["path"]] = digests[file["hash"]]
        else:
            wrong.append(f"{file['path']} is not here as the manifest lists it")
    others = sorted(path.name for path in FOLDER.iterdir() if path not in (MANIFEST_PATH, *found.values()))
    if others and MANIFEST_PATH.name == "datapackage.json":
        wrong.append(f"these are not part of the release: {', '.join(others)}")
    check(not wrong, "; ".join(wrong))
    if others:  # files that a browser saved may lie among others
        print(f"Not part of the release, and not looked at: {len(others)} more in the folder.")
    return found


MANIFEST_PATH = find_manifest()
BEING_READ.append(MANIFEST_PATH.name)
MANIFEST = read_manifest(MANIFEST_PATH)
RULES, LISTS = MANIFEST["disclosure_control"], MANIFEST["codelists"]
YEARS = {quarter: year for year, quarters in RULES["quarters"].items() for quarter in quarters}
INEXACT = {(total["period"], *(total[name] for name in NAMES)): total["largest_error"] for total in RULES.get("inexact_totals", ())}
FILES = find_files()


def read_cells():
    """Return value, lower, upper and status of every cell of cells.csv by its codes, as texts."""
    BEING_READ.append("cells.csv")
    cells = {}
    with FILES["cells.csv"].open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        check(rows.fieldnames == [*COLUMNS], f"cells.csv has the columns {rows.fieldnames}")
        for row in rows:
            *codes, _, _, _, _ = row.values()
            check(tuple(codes) not in cells, f"cells.csv has {codes} twice")
            cells[tuple(codes)] = tuple(row.values())[CODED:]
            check_range(codes, *cells[tuple(codes)])
    return cells


def check_range(codes, value, lower, upper, status):
    check(status in MANIFEST["status_letters"], f"{codes} has the status {status}, which the manifest does not explain")
    holds = int(lower) <= int(value) <= int(upper) if value else not lower and not upper
    check(holds, f"cells.csv shows {value} for {codes}, outside its range of {lower} to {upper}")


def fixed(codes):
    """Return how many dimensions a sum fixes, the quarter being one."""
    return CODED - codes.count("_T") - (codes[0] in RULES["quarters"])


def unlisted(codes):
    """Return the numbers of a cell that cells.csv does not list: 0 if the release adds up and the year has its codes."""
    if not RULES["largest_error"] or lacks_a_code(codes):
        return ("", "", "", "x")
    most = unlisted_upper(codes)
    return ("0", "0", str(most), "e" if most else "")


def lacks_a_code(codes):
    """Return whether the period of a cell does not have one of its codes, which is in a group there."""
    parts = [(codes[0], *(codes[at] if at == place else "_T" for at in range(1, CODED))) for place in range(1, CODED)]
    return any(CELLS[part][-1] == "x" for part in parts if part in CELLS)


def unlisted_upper(codes):
    """Return the most that an unlisted sum can be: its error, and never more than a total of one code that holds it."""
    order = fixed(codes)
    most = [int(CELLS[total][2]) if total in CELLS else INEXACT.get(total, 0) for total in totals(codes)] if order > 1 else []
    errors = [error for total, error in INEXACT.items() if fixed(total) == order]
    return min([max([RULES["largest_error"].get(str(order), 0), *errors]), *most])


def totals(codes):
    """Return the total of a sum's period, and the totals of its codes in the year."""
    year, named = YEARS.get(codes[0], codes[0]), codes[1:]
    of_codes = [(year, *(named[at] if at == place else "_T" for at in range(5))) for place in range(5) if named[place] != "_T"]
    return [(codes[0], *["_T"] * 5), *of_codes]


def compare(name, rows):
    """Compare the rows of another file, codes and numbers, with the cells."""
    rows = {tuple(row[:CODED]): tuple("" if number is None else str(number) for number in row[CODED:]) for row in rows}
    for codes in {**CELLS, **rows}:
        check(rows.get(codes) == CELLS.get(codes), f"{name} has {rows.get(codes)} for {codes}, and cells.csv {CELLS.get(codes)}")


def check_parquet():
    if parquet := module("pyarrow.parquet"):
        table = parquet.ParquetFile(FILES["cells.parquet"]).read(use_threads=False)
        check(tuple(table.column_names) == COLUMNS, f"cells.parquet has the columns {table.column_names}")
        compare("cells.parquet", zip(*(column.to_pylist() for column in table.columns)))
        metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        expected = {name: MANIFEST[name] for name in ("name", "status")}
        check(metadata == expected, f"cells.parquet has the metadata {metadata}, and should have {expected}")


def check_database():
    if duckdb := module("duckdb"):
        with contextlib.closing(duckdb.connect(str(FILES["release.duckdb"]), read_only=True)) as database:
            compare("release.duckdb", database.execute(f"select {', '.join(COLUMNS)} from cells").fetchall())
            described = database.execute("select release_id, status from release").fetchall()
            wanted = [(MANIFEST["release_id"], MANIFEST["status"])]
            check(described == wanted, f"release.duckdb says that it is {described}, and not {wanted}")


def module(name):
    """Return a library that reads a file which Python alone does not, or None if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        SKIPPED.append(f"{BEING_READ[-1]} (Python has no {name.partition('.')[0]})")
        return None


def check_books():
    """Compare every row of the spreadsheets with the cells."""
    for name, path in FILES.items():
        if name.endswith((".xlsx", ".ods")):
            BEING_READ.append(name)
            with zipfile.ZipFile(path) as packed:
                sheets = excel_sheets(packed) if name.endswith(".xlsx") else opendocument_sheets(packed)
                compared = sum(check_sheet(name, rows) for rows in sheets)
            check(compared > 0, f"{name} has no table of cells")


def check_sheet(name, rows):
    """Compare the rows of a sheet with the cells, and return how many there are."""
    start = next((number for number, row in enumerate(rows) if row[:2] == ["Period", "Period code"]), len(rows))
    for row in rows[start + 1 :]:
        cell = dict(zip(rows[start], row))
        codes = tuple(cell.get(column, "_T") for column in CODES_IN_BOOKS)
        *numbers, status = (str(cell.get(column, "")) for column in NUMBERS_IN_BOOKS)
        letter = "".join(re.findall(r"^\[(\w+)\]", status))
        shown = (*("" if number.startswith("[") else number for number in numbers), letter)
        expected = CELLS[codes] if codes in CELLS else unlisted(codes)
        check(shown == expected, f"{name} has {shown} for {codes}, and cells.csv {expected}")
    return len(rows[start + 1 :])


def excel_sheets(packed):
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    texts = ["".join(text.itertext()) for text in ET.fromstring(packed.read("xl/sharedStrings.xml"))]
    for name in packed.namelist():
        if name.startswith("xl/worksheets/sheet"):
            rows = ET.fromstring(packed.read(name)).iter(f"{space}row")
            yield [[texts[int(cell[0].text)] if cell.get("t") == "s" else cell[0].text for cell in row] for row in rows]


def opendocument_sheets(packed):
    table, office = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "office"))
    for sheet in ET.fromstring(packed.read("content.xml")).iter(f"{table}table"):
        yield [[cell.get(f"{office}value", "".join(cell.itertext())) for cell in row] for row in sheet.iter(f"{table}table-row")]


def check_certificate():
    """The certificate, as data and to be read, must agree with the manifest and with itself."""
    BEING_READ.append("certificate.json")
    certificate = json.loads(FILES["certificate.json"].read_text(encoding="utf-8"))
    said = {name: MANIFEST[name] for name in ("release_id", "status")} | {name: RULES[name] for name in ("method", "largest_error")}
    for name, value in said.items():
        check(certificate[name] == value, f"certificate.json has another {name} than the manifest")
    BEING_READ.append("certificate.md")
    text = FILES["certificate.md"].read_text(encoding="utf-8")
    numbers = sum(1 for value, *_ in CELLS.values() if value)
    for one in certificate["checks"]:
        line = f"| {one['name']} | {one['looked_at']:,} | holds |"
        check(one["holds"] is True, f"certificate.json says that '{one['name']}' does not hold")
        check(line in text, f"certificate.md and certificate.json differ on '{one['name']}'")
        if one["name"].endswith((": everything adds up", ": every file says the same")):
            check(one["looked_at"] == numbers, f"certificate.json counts {one['looked_at']} numbers, and cells.csv has {numbers}")
    for line in (MANIFEST["release_id"], *certificate["limits"]):
        check(line in text, f"certificate.md lacks: {line}")


def check_tables():
    """Check that all files have the numbers of cells.csv, and name those that could not be read."""
    for name, look in (("cells.parquet", check_parquet), ("release.duckdb", check_database)):
        BEING_READ.append(name)
        look()
    check_books()
    BEING_READ.append("statements.csv")
    check(len(FILES["statements.csv"].read_text(encoding="utf-8").splitlines()) == 1, "statements.csv has more than a header")
    check_certificate()


SKIPPED = []
CELLS = read_cells()
check_tables()
print(f"True: {len(FILES)} files are as they were written, and their tables have the same {len(CELLS):,} cells.")
for skipped in SKIPPED:
    print(f"Compared by its SHA-256 alone: {skipped}.")


CODES = [[*YEARS, *RULES["quarters"]], *(list(LISTS[name]) for name in NAMES)]
SUMS = list(itertools.product(*CODES))  # every sum has a number: its place in this list
ORDER = [6 - one.count("_T") - (one[0] not in YEARS) for one in SUMS]  # how many codes it fixes
ROOM = [0, 0, *(RULES["largest_error"].get(str(order), 0) for order in range(2, 6)), 6]  # how far such a sum may be off
PLACES = [{code: at * math.prod(map(len, CODES[n + 1 :])) for at, code in enumerate(codes)} for n, codes in enumerate(CODES)]

FIXED = {  # the sums that a published fact makes exact
    (fact["year"], *(fact["where"].get(name, ["_T"])[0] for name in NAMES))
    for fact in RULES["facts"]
    if fact["low"] == fact["high"] and all(len(codes) == 1 for codes in fact["where"].values())
}


def number(one):
    return sum(places[code] for places, code in zip(PLACES, one, strict=True))


@functools.cache
def half(first, *codes):  # what three codes of a cell, or their totals, add to the numbers of its sums
    pairs = [(places[code], places[YEARS.get(code, "_T")]) for places, code in zip(PLACES[first:], codes)]
    return [sum(pair) for pair in itertools.product(*pairs)]


def sums(cell):  # the numbers of the 64 sums that a cell of one quarter is part of
    return [one + other for one in half(0, *cell[:3]) for other in half(3, *cell[3:])]


def counting(year, where):  # the numbers of the sums that together count some codes of a year
    return [number(one) for one in itertools.product(where.get("quarter", [year]), *(where.get(name, ["_T"]) for name in NAMES))]


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


def check_ranges(published, least, low, high):  # a range has room for every witness, and no more than everybody can work out
    known, behind = {}, RULES.get("cell_errors", {})  # of years of which changes are held back, cells may be further off
    numbers = {codes: row for codes, row in CELLS.items() if row[0]}  # without the codes that a year lacks
    for codes, (_, lower, upper, _) in numbers.items():
        one, lower, upper, year = number(codes), int(lower), int(upper), YEARS.get(codes[0], codes[0])
        value, order, more = published[one], ORDER[one], behind.get(year, 0)
        error = INEXACT.get(codes, 0) if order < 2 else more if order == 6 else ROOM[order]
        most = [published[number(total)] + INEXACT.get(total, 0) for total in totals(codes)] if order > 1 else []
        bottom = least[one] - more if order == 6 else max(value - error, 0 if more or order < 2 else least[one])
        known[codes] = (max(0, bottom), min([value + error, *most]))
        holds = known[codes][0] <= lower and upper <= known[codes][1]
        check(holds, f"{codes} has the range {lower} to {upper}, wider than {known[codes][0]} to {known[codes][1]}")
        moved = (value + low[one], value + high[one]) if order < 6 else (value, value)
        check(lower <= moved[0] and moved[1] <= upper, f"{codes} has the range {lower} to {upper}, and can be {moved[0]} to {moved[1]}")
        if codes in FIXED and lower == upper:
            known[codes] = (lower, upper)
    late = {YEARS.get(period, period) for period in [*behind, *(period for period, *_ in INEXACT)]}
    for total, at in itertools.product([codes for codes in numbers if ORDER[number(codes)] == 1], range(6)):
        if YEARS.get(total[0], total[0]) not in late and (total[at] == "_T" or (at == 0 and total[at] not in YEARS)):
            check_parts(total, at, known)


def check_parts(total, at, known):  # a part of an exact total, split by one more dimension, is no more than the others leave
    among = RULES["quarters"][total[0]] if at == 0 else [code for code in CODES[at] if code != "_T"]
    parts = [part for code in among if not lacks_a_code(part := (*total[:at], code, *total[at + 1 :]))]
    ranges = [known[part] if part in known else (0, unlisted_upper(part)) for part in parts]
    value, lows, highs = int(CELLS[total][0]), sum(low for low, _ in ranges), sum(high for _, high in ranges)
    for part, (low, high) in zip(parts, ranges):
        _, lower, upper, _ = CELLS.get(part, ("", value, 0, ""))
        fits = int(lower) >= value - (highs - high) and int(upper) <= value - (lows - low)
        check(fits, f"{part} has the range {lower} to {upper}, wider than the rest of {value} leaves")


def proved(claim, published):  # the number of a sum that is over 4: it holds parts, totals of one dimension and facts, that are
    (year, quarter, *codes), bound = claim["sum"], 0
    added = [(-1, {name: [code] for name, code in zip(["quarter", *NAMES], [quarter, *codes]) if code != "_T"})]
    for part in claim["parts"]:
        where, times = part["where"], part["times"]
        check(all(len({*codes} - {"_T"}) == len(codes) for codes in where.values()), f"{where} names a code twice, or none")
        facts = [(fact["low"], fact["high"]) for fact in RULES["facts"] if (fact["year"], fact["where"]) == (year, where)]
        total = sum(published[one] for one in counting(year, where))
        error = sum(INEXACT.get(SUMS[one], 0) for one in counting(year, where))
        known = (max(total - error, 0), total + error) if len(where) < 2 else [*facts, (0, math.inf)][0]
        bound += times * known[times < 0]
        added.append((times, where))
    every = [RULES["quarters"][year], *([code for code in listed if code != "_T"] for listed in CODES[1:])]
    for cell in itertools.product(*every):
        named = list(zip(["quarter", *NAMES], cell))
        over = sum(times for times, where in added if all(code in where.get(name, [code]) for name, code in named))
        check(over <= 0, f"the parts of {claim['sum']} count {cell} too often")
    check(bound > 4, f"{claim['sum']} is only known to be at least {bound}")
    return number((year if quarter == "_T" else quarter, *codes))


def verify():
    # A cell without a value has a code that the year does not have.
    rows = {number(codes): int(value) for codes, (value, *_) in CELLS.items() if value}
    for one, value in rows.items():
        check(value > 4, f"{SUMS[one]} shows {value}")
    published, least = added_up(rows)
    BEING_READ.append("witnesses.csv.gz")
    with gzip.open(FILES["witnesses.csv.gz"], "rt", encoding="utf-8", newline="") as stream:
        next(lines := csv.reader(stream))
        low, high = spread(lines, rows, published)
    BEING_READ.append("the claims of datapackage.json")
    check_ranges(published, least, low, high)
    known = {proved(claim, published) for claim in RULES["known"]}
    small = {one for one, value in enumerate(least) if 0 < value <= 4 and ORDER[one] > 1}  # totals of one code are exact
    for quarters in RULES["quarters"].values():  # what shows 0, and whose codes all stand in a cell that can shrink
        ours = [SUMS[one] for one, value in rows.items() if ORDER[one] == 6 and SUMS[one][0] in quarters and value <= 7]
        small |= {number(cell) for cell in itertools.product(*map(set, zip(*ours))) if ours} - rows.keys()
    narrow = [one for one in small - known if high[one] - low[one] < 4]
    check(not narrow, f"{len(narrow)} sums have a range too narrow, {SUMS[min(narrow, default=0)]} the first")
    print(f"True: {len(rows):,} numbers add up. {len(small - known):,} sums that could be 1 to 4 have a range at least 4 wide.")
    facts = ", ".join(fact["name"] for fact in RULES["facts"])
    print(f"Known to be over 4, by exact totals and {facts or 'no facts'}: {len(known)} more.")


verify()
