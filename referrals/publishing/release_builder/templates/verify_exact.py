FINEST = ("quarter", *NAMES)
TABLES = [kept for size in range(3) for kept in itertools.combinations(range(6), size)]
cells, least, most = {}, {}, {}


def at(codes, kept):  # the sum that keeps some dimensions of a cell
    return tuple(code if place in kept else "_T" for place, code in enumerate(codes))


for (period, *codes), (value, _, _, status) in CELLS.items():
    key = (YEARS.get(period, period), period if period in YEARS else "_T", *codes)
    check(key not in cells and (status == "c") == (value == ""), f"{key} must be a number or withheld, once")
    cells[key] = int(value) if value else None

for year, quarters in RULES["quarters"].items():  # the tables are whole
    lacks = {name: {"_T", *RULES.get("unavailable", {}).get(year, {}).get(name, [])} for name in NAMES}
    axes = [quarters, *([code for code in MANIFEST["codelists"][name] if code not in lacks[name]] for name in NAMES)]
    tables = [itertools.product(*(axes[p] if p in kept else ["_T"] for p in range(6))) for kept in TABLES]
    wanted = {(year, *codes) for table in tables for codes in table}
    check({key for key in cells if key[0] == year} == wanted, f"the tables of {year} are not whole")
check({key[0] for key in cells} == set(RULES["quarters"]), "a cell is of another year")
for (year, *codes), value in cells.items():  # no total is withheld, and no small number printed but where a total is 0
    kept = [place for place, code in enumerate(codes) if code != "_T"]
    check(len(kept) == 2 or value == 0 or (value or 0) > 9, f"{year} {codes} is a total of {value}")
    if len(kept) == 2 and value is not None and value < 5:
        check(not all(cells[(year, *at(codes, [place]))] for place in kept), f"{year} {codes} shows {value}")

BEING_READ.append("witnesses.csv.gz")
with gzip.open(FILES["witnesses.csv.gz"], "rt", encoding="utf-8", newline="") as stream:
    for number, rows in itertools.groupby(csv.DictReader(stream), key=lambda row: row["witness"]):
        witness = [(tuple(row[name] for name in FINEST), int(row["value"])) for row in rows]
        (year,) = {YEARS[codes[0]] for codes, _ in witness}
        sums = Counter()
        for codes, count in witness:
            check(count > 0, f"witness {number} has {count} at {codes}")
            sums.update({(year, *at(codes, kept)): count for kept in TABLES})
        for key in (key for key in cells if key[0] == year):
            check(cells[key] in (None, sums[key]), f"{key} shows {cells[key]}, and witness {number} has {sums[key]}")
            least[key], most[key] = min(least.get(key, sums[key]), sums[key]), max(most.get(key, 0), sums[key])
        for fact in (fact for fact in RULES["facts"] if fact["year"] == year):
            where = [(FINEST.index(name), listed) for name, listed in fact["where"].items()]
            value = sum(count for codes, count in witness if all(codes[place] in listed for place, listed in where))
            check(fact["low"] <= value <= fact["high"], f"witness {number} breaks {fact['name']}")

withheld = [key for key, value in cells.items() if value is None]
for key in cells:
    check(key in most, f"no witness for {key}")
    check(cells[key] is not None or most[key] - least[key] >= 4, f"{key} is withheld, and {least[key]} to {most[key]} at most")
print(f"True: {len(cells) - len(withheld):,} numbers agree with every witness. {len(withheld):,} are withheld, each with a")
print("range at least 4 wide.")
