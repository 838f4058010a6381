"""The arithmetic between published statements: whether printed figures agree, and if not, why.

A relation (`data/published/relations.csv`) names statements and a kind of arithmetic. `transcribe`
computes its conclusion from those statements each time, so that no conclusion is typed in. Results:

- `consistent`: the printed figures agree;
- `gap`: they disagree, and the working says by how much;
- `bound`: they leave a range;
- `ambiguous`: they agree only if one assumes something that the source does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from operator import eq
from typing import Final

from referrals.errors import LedgerError
from referrals.formatting import count, day, percent, span
from referrals.publishing.ledger.context_checks import DERIVED
from referrals.publishing.ledger.explanations import (
    Arguments,
    Explanation,
    arguments_of,
    explanations,
    rounds_to,
    sum_of_counts,
)
from referrals.publishing.ledger.statements import (
    FRACTION_WORDS,
    HALF_STEP,
    Ledger,
    Statement,
    ids_in,
)
from referrals.reference.table_schema import Row

SIMPLE_FRACTIONS: Final = tuple(
    sorted({Fraction(part, whole) for whole in (2, 3, 4, 5) for part in range(1, whole)})
)
"""A fraction in words is right if it is the nearest of these to the true share."""


@dataclass(frozen=True)
class Conclusion:
    """The result of a relation's arithmetic, its working, and the explanations of a gap."""

    result: str
    working: str
    explanations: tuple[Explanation, ...] = ()


class Arithmetic:
    """Computes the relations of one ledger."""

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
        """Return the conclusion of a relation.

        Raises:
            LedgerError: the kind is unknown, or a statement is missing or is not a count.
        """
        relation_id, kind = relation["relation_id"], relation["kind"]
        for statement_id in ids_in(relation["statements"]):
            if statement_id not in self._ledger.statements:
                raise LedgerError(
                    f"relations.csv {relation_id} needs '{statement_id}', "
                    "which statements.csv does not have."
                )
        if kind not in self._kinds:
            raise LedgerError(
                f"relations.csv {relation_id} is of the unknown kind '{kind}'. "
                f"Kinds: {', '.join(self._kinds)}."
            )
        return self._kinds[kind](arguments_of(relation))

    def _statements(self, ids: str) -> list[Statement]:
        return [self._ledger.statements[statement_id] for statement_id in ids.split()]

    def _sum(self, ids: str) -> int:
        return sum_of_counts(self._statements(ids))

    def _total(self, arguments: Arguments) -> Conclusion:
        parts, whole = self._statements(arguments["parts"]), self._sum(arguments["whole"])
        total = sum_of_counts(parts)
        adding = f"{_plus(parts)} = {count(total)}"
        if total == whole:
            return Conclusion("consistent", f"{adding}. They add up.")
        fault = f"{count(abs(whole - total))} {'are missing' if total < whole else 'too many'}"
        return Conclusion(
            "gap",
            f"{adding}, not {count(whole)}: {fault}.",
            explanations(self._ledger, parts, whole),
        )

    def _open_total(self, arguments: Arguments) -> Conclusion:
        parts, whole = self._statements(arguments["parts"]), self._sum(arguments["whole"])
        rest = whole - sum_of_counts(parts)
        adding = f"{_plus(parts)} = {count(whole - rest)}"
        if rest == 0:
            return Conclusion("consistent", f"{adding}. They add up.")
        return Conclusion(
            "ambiguous",
            f"{adding}, which is {count(rest)} short of {count(whole)}. The assessment does not "
            f"say that the two are everyone: {count(rest)} may be other, or not recorded.",
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
        words = printed.value.removeprefix("approximately ")
        meaning = f"“{words}” is {percent(printed.percent / 100, 1)}"
        if nearest * 100 == printed.percent:
            return Conclusion("consistent", f"{working}; {meaning}. No simpler fraction is nearer.")
        return Conclusion(
            "gap",
            f"{working}; {meaning}, and {_in_words(nearest)} ({percent(nearest, 1)}) is nearer.",
        )

    def _restated(self, arguments: Arguments) -> Conclusion:
        statements = self._statements(arguments["same"])
        values = ", ".join(
            f"{statement.printed} {statement.unit} (section {statement.section})"
            for statement in statements
        )
        if len({statement.value for statement in statements}) > 1:
            return Conclusion("gap", f"{values}. The numbers differ.")
        if len({statement.unit for statement in statements}) == 1:
            return Conclusion("consistent", f"{values}. All agree.")
        return Conclusion("ambiguous", f"{values}. The number agrees; what it counts does not.")

    def _next_largest(self, arguments: Arguments) -> Conclusion:
        whole, parts = self._sum(arguments["whole"]), self._statements(arguments["parts"])
        categories = self._statements(arguments["categories"])[0].count - len(parts)
        rest = whole - sum_of_counts(parts)
        least = ceil(Fraction(rest, categories))
        most = min(*(part.count for part in parts), rest - (categories - 1))
        # Each category has at least 1, and each of 10 or more takes another 9 of what is left.
        under_ten = max(0, categories - floor(Fraction(rest - categories, 9)))
        return Conclusion(
            "bound",
            f"{count(whole)} − ({_plus(parts)}) = {count(rest)} referrals, over "
            f"{count(categories)} other nationalities. So the fourth largest has "
            f"{span(least, most)}: at least {count(least)}, or the {count(categories)} could not "
            f"hold {count(rest)}; at most {count(most)}, or it would be larger than one of the "
            f"three. At least {count(under_ten)} of the {count(categories)} have 9 referrals or "
            "fewer.",
        )

    def _residual(self, arguments: Arguments) -> Conclusion:
        whole, part = self._sum(arguments["whole"]), self._sum(arguments["parts"])
        return Conclusion("bound", f"{count(whole)} − {count(part)} = {count(whole - part)}.")

    def _rounding(self, _: Arguments) -> Conclusion:
        shares = []
        for arguments in map(arguments_of, self._ledger.shares()):
            share = Fraction(self._sum(arguments["parts"]), self._sum(arguments["whole"]))
            shares += [(share * 100, printed) for printed in self._statements(arguments["printed"])]
        rules: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
            "cutting off": lambda value, step: floor(value / step) * step,
            "rounding up": lambda value, step: ceil(value / step) * step,
            "rounding to the nearest": lambda value, step: (
                floor(value / step + Fraction(1, 2)) * step
            ),
        }
        fits = {}
        for name, rule in rules.items():
            rounded = [
                rule(value, 2 * HALF_STEP[statement.precision]) for value, statement in shares
            ]
            printed = [statement.percent for _, statement in shares]
            fits[name] = sum(map(eq, rounded, printed))
        tally = [f"{name} fits {number} of {len(shares)}" for name, number in fits.items()]
        working = f"{'; '.join(tally).capitalize()}."
        fit_all = [name for name, number in fits.items() if number == len(shares)]
        if len(fit_all) != 1:
            return Conclusion("ambiguous", working)
        return Conclusion(
            "consistent", f"{working} Only {fit_all[0]} fits every percentage that can be tested."
        )

    def _listed(self, arguments: Arguments) -> Conclusion:
        statement = self._statements(arguments["number"])[0]
        listed = statement.quotation.rsplit(" for ", 1)[1].rstrip(".")
        names = listed.replace(" and ", ", ").split(", ")
        working = f"{len(names)} are named: {', '.join(names)}."
        return Conclusion("consistent" if len(names) == statement.count else "gap", working)

    def _superseded(self, arguments: Arguments) -> Conclusion:
        statement = self._statements(arguments["statement"])[0]
        others = [
            row
            for row in self._ledger.context
            if row["series_id"] == arguments["series"]
            and row["period_start"] == arguments["period_start"]
            and row["value"] != statement.value
        ]
        printed = [row for row in others if row["status"] != DERIVED]
        published_on = self._ledger.published_on[statement.source_id]
        later = [row for row in others if row["vintage"] > published_on]
        if not later:
            return Conclusion("consistent", f"{statement.printed} is the only value found.")
        sentences = [
            f"Before the assessment, the same total was printed as {_dated(row)}."
            for row in printed
            if row["vintage"] <= published_on
        ]
        for row in later:
            if row["status"] == DERIVED:
                sentences.append(
                    f"Later parts of it add up to {_dated(row)}: our sum, not printed."
                )
            else:
                sentences.append(f"It was printed later as {_dated(row)}.")
        return Conclusion("gap", " ".join(sentences))

    def _subset(self, arguments: Arguments) -> Conclusion:
        part, share = (self._statements(arguments[name])[0] for name in ("part", "share"))
        whole, same_group = self._sum(arguments["whole"]), self._sum(arguments["same_group"])
        step = HALF_STEP[share.precision]
        least = floor(part.count * 100 / (share.percent + step)) + 1
        most = floor(part.count * 100 / (share.percent - step))
        working = (
            f"{part.printed} ÷ {share.printed} means {span(least, most)} people served in all, "
            f"where {count(whole)} were detected; and {part.printed} females were served where "
            f"{count(same_group)} were detected"
        )
        if part.count <= same_group and least <= whole:
            return Conclusion("consistent", f"{working}. The one group can hold the other.")
        return Conclusion("gap", f"{working}. One group cannot hold the other.")


def _dated(row: Row) -> str:
    """Return a figure of another publication with its date."""
    return f"{count(int(row['value']))} ({day(row['vintage'])})"


def _plus(statements: Sequence[Statement]) -> str:
    return " + ".join(statement.printed for statement in statements)


def _in_words(fraction: Fraction) -> str:
    names = {
        Fraction(1, 4): "a quarter",
        Fraction(3, 4): "three quarters",
        Fraction(1, 2): "a half",
    }
    names |= {value: words for words, value in FRACTION_WORDS.items()}
    return names.get(fraction, f"{fraction.numerator}/{fraction.denominator}")
