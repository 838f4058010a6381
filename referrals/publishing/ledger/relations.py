"""The arithmetic between published statements: do the printed figures agree, and what does each disagreement allow?

A relation names statements and a kind of arithmetic. Everything it concludes is computed here from those statements: change
one of them and the conclusion changes. A result is one of four words:

- `consistent`: the printed figures agree;
- `gap`: they do not, and the working says by how much;
- `bound`: they leave a range;
- `ambiguous`: they agree only under a reading that the source does not confirm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from referrals.errors import LedgerError
from referrals.formatting import count, day, percent, span
from referrals.publishing.ledger.explanations import (
    Arguments,
    Reading,
    arguments_of,
    counts,
    readings,
    rounds_to,
)
from referrals.publishing.ledger.statements import HALF_STEP, WORDS, Ledger, Statement, ids_in
from referrals.reference.table_schema import Row

SIMPLE_FRACTIONS: Final = tuple(
    sorted({Fraction(part, whole) for whole in (2, 3, 4, 5) for part in range(1, whole)})
)
"""The everyday fractions. Words are right when theirs is the nearest of these."""


@dataclass(frozen=True)
class Conclusion:
    """What the arithmetic of a relation says: a result, the working, and the readings of a gap."""

    result: str
    working: str
    readings: tuple[Reading, ...] = ()


class Arithmetic:
    """Works out relations over one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger whose statements the relations name."""
        self._ledger = ledger
        self._kinds: Mapping[str, Callable[[Arguments], Conclusion]] = {
            "total": self._total,
            "open_total": self._open_total,
            "share": self._share,
            "words": self._words,
            "restated": self._restated,
            "next_largest": self._next_largest,
            "residual": self._residual,
            "rounding": self._rounding,
            "listed": self._listed,
            "superseded": self._superseded,
            "subset": self._subset,
        }

    def conclude(self, relation: Row) -> Conclusion:
        """Return what the arithmetic of a relation says.

        Raises:
            LedgerError: the relation names a statement that is not in the ledger, or one that is not a count.
        """
        if missing := [
            one for one in ids_in(relation["statements"]) if one not in self._ledger.statements
        ]:
            raise LedgerError(
                f"relations.csv {relation['relation_id']} needs '{missing[0]}', which is not there."
            )
        if relation["kind"] not in self._kinds:
            raise LedgerError(
                f"relations.csv {relation['relation_id']} is of the kind '{relation['kind']}', which there is not."
            )
        return self._kinds[relation["kind"]](arguments_of(relation))

    def _statements(self, ids: str) -> list[Statement]:
        return [self._ledger.statements[statement_id] for statement_id in ids.split()]

    def _sum(self, ids: str) -> int:
        return counts(self._statements(ids))

    def _total(self, arguments: Arguments) -> Conclusion:
        parts, whole = self._statements(arguments["parts"]), self._sum(arguments["whole"])
        total = counts(parts)
        adding = f"{_plus(parts)} = {count(total)}"
        if total == whole:
            return Conclusion("consistent", f"{adding}. They add up.")
        fault = f"{count(abs(whole - total))} {'are missing' if total < whole else 'too many'}"
        return Conclusion(
            "gap", f"{adding}, not {count(whole)}: {fault}.", readings(self._ledger, parts, whole)
        )

    def _open_total(self, arguments: Arguments) -> Conclusion:
        parts, whole = self._statements(arguments["parts"]), self._sum(arguments["whole"])
        rest = whole - counts(parts)
        adding = f"{_plus(parts)} = {count(whole - rest)}"
        if rest == 0:
            return Conclusion("consistent", f"{adding}. They add up.")
        return Conclusion(
            "ambiguous",
            f"{adding}, which is {count(rest)} short of {count(whole)}. The assessment does not say that the two are "
            f"everyone: {count(rest)} may be other, or not recorded.",
        )

    def _share(self, arguments: Arguments) -> Conclusion:
        printed = self._statements(arguments["printed"])[0]
        part, whole = self._sum(arguments["parts"]), self._sum(arguments["whole"])
        working = f"{count(part)} ÷ {count(whole)} = {percent(Fraction(part, whole), 2)}"
        if rounds_to(Fraction(part, whole), printed):
            return Conclusion("consistent", f"{working}, which rounds to {printed.printed}.")
        return Conclusion("gap", f"{working}, which does not round to {printed.printed}.")

    def _words(self, arguments: Arguments) -> Conclusion:
        printed = self._statements(arguments["printed"])[0]
        part, whole = self._sum(arguments["parts"]), self._sum(arguments["whole"])
        share = Fraction(part, whole)
        nearest = min(SIMPLE_FRACTIONS, key=lambda fraction: abs(fraction - share))
        working = f"{count(part)} ÷ {count(whole)} = {percent(share, 1)}"
        said = f"“{printed.value.removeprefix('approximately ')}” is {percent(printed.percent / 100, 1)}"
        if nearest * 100 == printed.percent:
            return Conclusion("consistent", f"{working}; {said}. No simpler fraction is nearer.")
        return Conclusion(
            "gap", f"{working}; {said}, and {_in_words(nearest)} ({percent(nearest, 1)}) is nearer."
        )

    def _restated(self, arguments: Arguments) -> Conclusion:
        statements = self._statements(arguments["same"])
        values = ", ".join(
            f"{one.printed} {one.unit} (section {one.section})" for one in statements
        )
        if len({one.value for one in statements}) > 1:
            return Conclusion("gap", f"{values}. The numbers differ.")
        if len({one.unit for one in statements}) == 1:
            return Conclusion("consistent", f"{values}. All agree.")
        return Conclusion("ambiguous", f"{values}. The number agrees; what it counts does not.")

    def _next_largest(self, arguments: Arguments) -> Conclusion:
        whole, parts = self._sum(arguments["whole"]), self._statements(arguments["parts"])
        categories = self._statements(arguments["categories"])[0].count - len(parts)
        rest = whole - counts(parts)
        least = ceil(Fraction(rest, categories))
        most = min(*(part.count for part in parts), rest - (categories - 1))
        few = max(0, categories - floor(Fraction(rest - categories, 9)))
        return Conclusion(
            "bound",
            f"{count(whole)} − ({_plus(parts)}) = {count(rest)} referrals, over {count(categories)} other nationalities. "
            f"So the fourth largest has {span(least, most)}: at least {count(least)}, or the {count(categories)} could not "
            f"hold {count(rest)}; at most {count(most)}, or it would be among the largest three. "
            f"At least {count(few)} of the {count(categories)} have 9 referrals or fewer.",
        )

    def _residual(self, arguments: Arguments) -> Conclusion:
        whole, part = self._sum(arguments["whole"]), self._sum(arguments["parts"])
        return Conclusion("bound", f"{count(whole)} − {count(part)} = {count(whole - part)}.")

    def _rounding(self, _: Arguments) -> Conclusion:
        shares = [
            (
                Fraction(self._sum(arguments["parts"]), self._sum(arguments["whole"])) * 100,
                statement,
            )
            for arguments in map(arguments_of, self._ledger.shares())
            for statement in self._statements(arguments["printed"])
        ]
        rules: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
            "cutting off": lambda value, step: floor(value / step) * step,
            "rounding up": lambda value, step: ceil(value / step) * step,
            "rounding to the nearest": lambda value, step: (
                floor(value / step + Fraction(1, 2)) * step
            ),
        }
        fits = {
            name: sum(
                rule(value, 2 * HALF_STEP[one.precision]) == one.percent for value, one in shares
            )
            for name, rule in rules.items()
        }
        tally = "; ".join(
            f"{name} fits {number} of {len(shares)}" for name, number in fits.items()
        ).capitalize()
        whole = [name for name, number in fits.items() if number == len(shares)]
        if len(whole) != 1:
            return Conclusion("ambiguous", f"{tally}.")
        return Conclusion(
            "consistent", f"{tally}. Only {whole[0]} fits every percentage that can be tested."
        )

    def _listed(self, arguments: Arguments) -> Conclusion:
        statement = self._statements(arguments["number"])[0]
        names = (
            statement.quotation.rsplit(" for ", 1)[1].rstrip(".").replace(" and ", ", ").split(", ")
        )
        working = f"{len(names)} are named: {', '.join(names)}."
        return Conclusion("consistent" if len(names) == statement.count else "gap", working)

    def _superseded(self, arguments: Arguments) -> Conclusion:
        statement = self._statements(arguments["statement"])[0]
        later = [
            f"{count(int(row['value']))} ({day(row['vintage'])})"
            for row in self._ledger.context
            if row["series_id"] == arguments["series"]
            and row["period_start"] == arguments["period_start"]
            and row["value"] != statement.value
            and row["vintage"] > self._ledger.published_on[statement.source_id]
        ]
        if not later:
            return Conclusion("consistent", f"{statement.printed} is the only value found.")
        return Conclusion(
            "gap", f"The same total was printed later as {', then '.join(later)}. It was revised."
        )

    def _subset(self, arguments: Arguments) -> Conclusion:
        part, share = (self._statements(arguments[name])[0] for name in ("part", "share"))
        whole, same_group = self._sum(arguments["whole"]), self._sum(arguments["same_group"])
        step = HALF_STEP[share.precision]
        least = floor(part.count * 100 / (share.percent + step)) + 1
        most = floor(part.count * 100 / (share.percent - step))
        working = (
            f"{part.printed} ÷ {share.printed} means {span(least, most)} people served in all, where {count(whole)} were "
            f"detected; and {part.printed} females were served where {count(same_group)} were detected"
        )
        if part.count <= same_group and least <= whole:
            return Conclusion("consistent", f"{working}. The one group can hold the other.")
        return Conclusion("gap", f"{working}. One group cannot hold the other.")


def _plus(statements: Sequence[Statement]) -> str:
    return " + ".join(statement.printed for statement in statements)


def _in_words(fraction: Fraction) -> str:
    names = {
        Fraction(1, 4): "a quarter",
        Fraction(3, 4): "three quarters",
        Fraction(1, 2): "a half",
    }
    names |= {value: words for words, value in WORDS.items()}
    return names.get(fraction, f"{fraction.numerator}/{fraction.denominator}")
