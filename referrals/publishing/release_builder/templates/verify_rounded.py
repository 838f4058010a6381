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
