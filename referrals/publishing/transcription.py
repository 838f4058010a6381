"""The tables of the release transcribed from the published assessment, worked out from the ledger.

Made by `transcribe`. Nothing is typed in twice: printed figures are in the ledger, and `bounds`
computes what follows from them. A combination that no statement supports has the status `x`, never
0 and never a blank.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import LedgerError
from referrals.formatting import fill, span
from referrals.paths import PUBLISHED
from referrals.publishing.ledger import context_checks
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.bounds import MODELLED, System
from referrals.publishing.ledger.relations import Arithmetic, Conclusion
from referrals.publishing.ledger.statements import CELL_DIMENSIONS, Cell, Ledger, Statement
from referrals.reference import table_schema
from referrals.reference.codelists import codelist
from referrals.reference.table_schema import Row

SUBJECT: Final = "victim_referrals"
COPIED: Final = ("sources", "series", "context", "annotations", "superseded")
"""The files of `data/published` that become tables of the release as they are."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The ledger's answer for a cell: its bounds, its value if they are equal, its evidence."""

    cell: Cell
    value: int | None
    lower: int
    upper: int
    status: str
    statement_ids: tuple[str, ...]
    working: str = ""
    open_ended: bool = False
    derivation_id: str = ""
    title: str = ""
    assumes: str = ""

    @property
    def shown(self) -> str:
        """The count, or its range, in text."""
        return span(self.lower, self.upper, open_ended=self.open_ended)


class Transcription:
    """A checked ledger, and the conclusions from it."""

    def __init__(self, ledger: Ledger, settings: Mapping[str, Any]) -> None:
        """Take a ledger and the release's settings, as in `data/published/release.toml`.

        Raises:
            LedgerError: statements contradict each other, or a value is not in its own quotation.
                The message names all of them.
        """
        self.ledger = ledger
        self.settings = settings
        self._modelled = ledger.about(*MODELLED)
        self.unreconciled = self._unreconciled()
        self._check_quotations()
        context_checks.check(ledger)

    @cached_property
    def system(self) -> System:
        """The statements that can all be true, as one system of constraints."""
        return self._system(self._without(self.unreconciled))

    @cached_property
    def answers(self) -> dict[Cell, Answer]:
        """Every cell with a count that the source prints, or that follows from its figures."""
        answers = [self._derived(row) for row in self.ledger.derivations]
        # In reverse, so that the first statement on a cell is the one that is shown.
        counts = [statement for statement in self._modelled if statement.is_count]
        answers += map(self._printed, reversed(counts))
        return {answer.cell: answer for answer in answers if answer.cell.subject == SUBJECT}

    @cached_property
    def conclusions(self) -> dict[str, Conclusion]:
        """The conclusion of each relation, by relation id."""
        arithmetic = Arithmetic(self.ledger)
        return {
            relation["relation_id"]: arithmetic.conclude(relation)
            for relation in self.ledger.relations
        }

    def figure(self, name: str) -> str:
        """Return the text of a figure: a statement's id, or a cell such as 'cell:crime_type=DA'."""
        if name.startswith("cell:"):
            return self.answers[ledgers.parse_cell(name.removeprefix("cell:"))].shown
        return self.ledger.statements[name].printed

    def text(self, template: str) -> str:
        """Return a text of the ledger with the figures named in it, such as {E001}, filled in."""
        return fill(template, self.figure)

    def _without(self, ids: Container[str]) -> list[Statement]:
        return [statement for statement in self._modelled if statement.statement_id not in ids]

    def _system(self, statements: Sequence[Statement]) -> System:
        return System(statements, self.settings["partition"])

    def _unreconciled(self) -> frozenset[str]:
        """Return the remainders that contradict the other statements.

        "The remaining 194" was subtracted from other figures, so it is the first to doubt.
        """
        conflict = self._system(self._modelled).conflict()
        if not conflict:
            return frozenset()
        remainders = {name for name in conflict if self.ledger.statements[name].is_remainder}
        if remainders:
            conflict = self._system(self._without(remainders)).conflict()
        if conflict:
            raise LedgerError(self._contradiction(conflict))
        return frozenset(remainders)

    def _contradiction(self, ids: Sequence[str]) -> str:
        lines = ["statements.csv contradicts itself. These statements cannot all be true:"]
        for statement in map(self.ledger.statements.__getitem__, ids):
            place = f"{statement.statement_id} (section {statement.section})"
            lines.append(f'  {place} says {statement.printed}: "{statement.quotation}"')
        if misquoted := ledgers.misquoted(self.ledger.statements.values()):
            lines.append("These values are not in their quotations:")
            lines += [f"  {line}" for line in misquoted]
        lines.append(
            "Compare each with its source and correct the one that is wrong. "
            "No release was written."
        )
        return "\n".join(lines)

    def _check_quotations(self) -> None:
        """Refuse a value that is neither in its quotation nor a correction of a remainder."""
        statements = self.ledger.statements.values()
        quoted = [statement for statement in statements if not self._is_correction(statement)]
        if faults := ledgers.misquoted(quoted):
            listed = "\n".join(f"  {fault}" for fault in faults)
            raise LedgerError(
                f"statements.csv differs from its sources:\n{listed}\n"
                "Correct the value or the quotation. No release was written."
            )

    def _is_correction(self, statement: Statement) -> bool:
        """Return whether a statement is a remainder that the other statements leave exactly."""
        if not statement.is_remainder:
            return False
        others = self._system(self._without([statement.statement_id]))
        lower, upper = others.bounds(statement.cell)
        return lower == upper == statement.count

    def _printed(self, statement: Statement) -> Answer:
        """Return the answer for a printed count: exact, revised, or in doubt."""
        ids = tuple(
            candidate.statement_id
            for candidate in self._modelled
            if candidate.is_count and candidate.cell == statement.cell
        )
        lower = upper = value = statement.count
        status = "r" if ledgers.misquoted([statement]) else ""
        if statement.statement_id in self.unreconciled:
            least, most = self.system.bounds(statement.cell)
            lower, upper, status = min(value, least), max(value, most), "u"
        return Answer(statement.cell, value, lower, upper, status, ids)

    def _derived(self, row: Row) -> Answer:
        cell = Cell(SUBJECT, **{dimension: row[dimension] for dimension in CELL_DIMENSIONS})
        lower, upper = self._bounds(cell)
        return Answer(
            cell=cell,
            value=lower if lower == upper else None,
            lower=lower,
            upper=upper,
            status="d" if lower == upper else "e",
            statement_ids=tuple(row["rests_on"].split()),
            working=row["working"],
            open_ended=row["upper_end"] == "open",
            derivation_id=row["derivation_id"],
            title=row["title"],
            assumes=row["assumes"],
        )

    def _bounds(self, cell: Cell) -> tuple[int, int]:
        """Return the bounds of a cell.

        If the cell is part of an unreconciled remainder, they cover both possibilities: that the
        remainder is wrong, and that the total is.
        """
        found = [self.system.bounds(cell)]
        for statement_id in self.unreconciled:
            remainder = self.ledger.statements[statement_id].cell
            if cell.sex == remainder.sex:
                found.append(self._system_with_remainder(statement_id).bounds(cell))
        return min(lower for lower, _ in found), max(upper for _, upper in found)

    def _system_with_remainder(self, statement_id: str) -> System:
        """Return the system in which a remainder is right, and the total and its shares are not."""
        total = Cell(SUBJECT)
        return self._system(
            [
                statement
                for statement in self._modelled
                if total not in (statement.cell, statement.base)
                and (statement.statement_id == statement_id or not statement.is_remainder)
            ]
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the tables of the release in an empty database."""
        for name, rows in (
            ("release", [self._release_record()]),
            ("codes", list(self._code_records())),
            ("cell_evidence", [self._evidence_record(answer) for answer in self.answers.values()]),
            ("statements", list(self._statement_records())),
            ("relations", list(self._relation_records())),
            ("explanations", list(self._explanation_records())),
        ):
            connection.execute(sql.statement(f"release_builder/{name}"), {"rows": rows})
        cells = [self._cell_record(answer) for answer in self.answers.values()]
        connection.execute(
            sql.statement("release_builder/transcribed_cells"),
            {"rows": cells, "period": self.settings["period"]},
        )
        for name in COPIED:
            connection.execute(
                sql.statement(f"release_builder/{name}"), {"path": str(PUBLISHED / f"{name}.csv")}
            )

    def _release_record(self) -> Record:
        return {key: value for key, value in self.settings.items() if not isinstance(value, dict)}

    def _code_records(self) -> Iterator[Record]:
        for dimension, codes in self.settings["codes"].items():
            labels = self.settings["labels"].get(dimension, {})
            for position, code in enumerate(codes):
                entry = codelist(dimension).codes[code]
                yield {
                    "dimension": dimension,
                    "code": code,
                    "label": labels.get(code, entry.label),
                    "kind": entry.kind,
                    "members": " ".join(entry.members),
                    "position": position,
                }

    def _cell_record(self, answer: Answer) -> Record:
        return {
            **answer.cell.codes(),
            "value": answer.value,
            "lower": answer.lower,
            "upper": answer.upper,
            "status": answer.status,
        }

    def _evidence_record(self, answer: Answer) -> Record:
        return {
            **answer.cell.codes(),
            "open_ended": answer.open_ended,
            "shown": answer.shown,
            "working": self.text(answer.working),
            "statement_ids": list(answer.statement_ids),
            "derivation_id": answer.derivation_id,
            "title": self.text(answer.title),
            "assumes": self.text(answer.assumes),
        }

    def _statement_records(self) -> Iterator[Record]:
        for row in table_schema.read(PUBLISHED / "statements.csv"):
            if row["shown"] == "yes":
                columns = {key: value for key, value in row.items() if key != "shown"}
                yield {**columns, "printed": self.ledger.statements[row["statement_id"]].printed}

    def _relation_records(self) -> Iterator[Record]:
        for position, relation in enumerate(self.ledger.relations):
            conclusion = self.conclusions[relation["relation_id"]]
            ids = ledgers.ids_in(relation["statements"] + relation["says"])
            yield {
                "relation_id": relation["relation_id"],
                "position": position,
                "kind": relation["kind"],
                "statement_ids": sorted(set(ids)),
                "title": self.text(relation["title"]),
                "says": self.text(relation["says"]),
                "result": conclusion.result,
                "working": conclusion.working,
                "shown": self.text(relation["shown"]),
            }

    def _explanation_records(self) -> Iterator[Record]:
        for relation_id, conclusion in self.conclusions.items():
            for position, explanation in enumerate(conclusion.explanations):
                yield {
                    "relation_id": relation_id,
                    "position": position,
                    "reading": explanation.text,
                    "breaks": list(explanation.breaks),
                    "is_usual": explanation.is_usual,
                }
