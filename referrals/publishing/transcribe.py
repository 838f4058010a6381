"""Build the release that is transcribed from the published assessment: `data/published` in, a release folder out.

Nothing is typed in twice. What the source prints stands in the ledger; what follows from it is worked out here by
`bounds`; a combination that no statement supports gets the status `x`, never 0 and never a blank.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import LedgerError
from referrals.formatting import fill, span
from referrals.paths import PUBLISHED, REFERENCE, RELEASE_TEMPLATES, RELEASES, ROOT, SQL
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.bounds import MODELLED, System
from referrals.publishing.ledger.relations import Arithmetic, Conclusion
from referrals.publishing.ledger.statements import CELL_DIMENSIONS, Cell, Ledger, Statement
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.spreadsheets import tables as spreadsheet_tables
from referrals.reference import table_schema
from referrals.reference.codelists import codelist
from referrals.reference.table_schema import Row
from referrals.release import release as releases

SUBJECT: Final = "victim_referrals"
COPIED: Final = ("sources", "series", "context")
"""The ledger's files that go into a release as they are."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the ledger says of one cell: its bounds, the value where there is one, and where it comes from."""

    cell: Cell
    value: int | None
    lower: int
    upper: int
    status: str
    statement_ids: tuple[str, ...]
    working: str = ""
    open_ended: bool = False

    @property
    def shown(self) -> str:
        """The count as readers see it."""
        return span(self.lower, self.upper, open_ended=self.open_ended)


class Transcription:
    """One ledger, checked, with everything that follows from it."""

    def __init__(self, ledger: Ledger, settings: Mapping[str, Any]) -> None:
        """Take a ledger and the release's settings, as in `data/published/release.toml`.

        Raises:
            LedgerError: statements contradict one another, or a value is not in its own quotation. One message names all.
        """
        self.ledger = ledger
        self.settings = settings
        self._modelled = ledger.about(*MODELLED)
        self.unreconciled = self._unreconciled()
        self._check_quotations()

    @cached_property
    def system(self) -> System:
        """The statements that can all be true together, as one system of whole numbers."""
        kept = [one for one in self._modelled if one.statement_id not in self.unreconciled]
        return System(kept, self.settings["partition"])

    @cached_property
    def answers(self) -> dict[Cell, Answer]:
        """Every cell that the source prints, or that follows from what it prints."""
        printed = {one.cell: self._printed(one) for one in reversed(self._modelled) if one.is_count}
        derived = {
            answer.cell: answer
            for row in self.ledger.derivations
            for answer in [self._derived(row)]
        }
        return {
            cell: answer
            for cell, answer in {**derived, **printed}.items()
            if cell.subject == SUBJECT
        }

    @cached_property
    def conclusions(self) -> dict[str, Conclusion]:
        """What the arithmetic of each relation says, by relation id."""
        arithmetic = Arithmetic(self.ledger)
        return {
            relation["relation_id"]: arithmetic.conclude(relation)
            for relation in self.ledger.relations
        }

    def figure(self, name: str) -> str:
        """Return what `{name}` stands for in text: a statement's printed value, or a cell ('cell:crime_type=DA')."""
        if name.startswith("cell:"):
            return self.answers[ledgers.parse_cell(name.removeprefix("cell:"))].shown
        return self.ledger.statements[name].printed

    def text(self, template: str) -> str:
        """Return a template from the ledger with its figures filled in."""
        return fill(template, self.figure)

    def _unreconciled(self) -> frozenset[str]:
        """Return the remainders that contradict the rest. The source says "the remaining 194": so the rest stands."""
        system = System(self._modelled, self.settings["partition"])
        conflict = system.conflict()
        remainders = frozenset(one for one in conflict if self.ledger.statements[one].is_remainder)
        if not conflict:
            return frozenset()
        rest = [one for one in self._modelled if one.statement_id not in remainders]
        still = System(rest, self.settings["partition"]).conflict() if remainders else conflict
        if still:
            raise LedgerError(self._contradiction(still))
        return remainders

    def _contradiction(self, ids: list[str]) -> str:
        listed = [
            f'  {one.statement_id} (section {one.section}) says {one.printed}: "{one.quotation}"'
            for one in map(self.ledger.statements.__getitem__, ids)
        ]
        misquoted = ledgers.misquoted(self.ledger.statements.values())
        blame = (
            ["The quotation no longer says it:", *(f"  {line}" for line in misquoted)]
            if misquoted
            else []
        )
        return "\n".join(
            [
                "statements.csv contradicts itself. These statements cannot all be true:",
                *listed,
                *blame,
                "Compare each with its source and correct the one that is wrong. No release was written.",
            ]
        )

    def _check_quotations(self) -> None:
        """Refuse a value that its quotation does not say. A remainder may instead be what the rest leaves: a correction."""
        wrong = [one for one in self.ledger.statements.values() if not self._is_correction(one)]
        if faults := ledgers.misquoted(wrong):
            listed = "\n".join(f"  {fault}" for fault in faults)
            raise LedgerError(
                f"statements.csv does not say what its sources say:\n{listed}\n"
                "Correct the value or the quotation. No release was written."
            )

    def _is_correction(self, statement: Statement) -> bool:
        if not statement.is_remainder:
            return False
        others = [one for one in self._modelled if one.statement_id != statement.statement_id]
        return System(others, self.settings["partition"]).bounds(statement.cell) == (
            statement.count,
            statement.count,
        )

    def _printed(self, statement: Statement) -> Answer:
        same = tuple(
            one.statement_id
            for one in self._modelled
            if one.is_count and one.cell == statement.cell
        )
        value = statement.count
        lower, upper, status = value, value, "r" if ledgers.misquoted([statement]) else ""
        if statement.statement_id in self.unreconciled:
            least, most = self.system.bounds(statement.cell)
            lower, upper, status = min(value, least), max(value, most), "u"
        return Answer(statement.cell, value, lower, upper, status, same)

    def _derived(self, row: Row) -> Answer:
        cell = Cell(SUBJECT, **{dimension: row[dimension] for dimension in CELL_DIMENSIONS})
        lower, upper = self._bounds(cell)
        value = lower if lower == upper else None
        ids = tuple(row["rests_on"].split())
        return Answer(
            cell, value, lower, upper, "e", ids, row["working"], row["upper_end"] == "open"
        )

    def _bounds(self, cell: Cell) -> tuple[int, int]:
        """Return the bounds of a cell; where it is part of an unreconciled remainder, under either of the two numbers."""
        found = [self.system.bounds(cell)]
        for statement_id in self.unreconciled:
            remainder = self.ledger.statements[statement_id].cell
            if cell.sex == remainder.sex:
                found.append(self._if_right(statement_id).bounds(cell))
        return min(lower for lower, _ in found), max(upper for _, upper in found)

    def _if_right(self, statement_id: str) -> System:
        """Return the system in which a remainder is right and the total is not: without the total and the shares of it."""
        whole = Cell(SUBJECT)
        kept = [
            one
            for one in self._modelled
            if whole not in (one.cell, one.base)
            and (one.statement_id == statement_id or not one.is_remainder)
        ]
        return System(kept, self.settings["partition"])

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write the tables of the release into an empty database."""
        for name, rows in (
            ("release", [self._release_record()]),
            ("codes", list(self._code_records())),
            ("cell_evidence", [self._evidence_record(answer) for answer in self.answers.values()]),
            ("statements", list(self._statement_records())),
            ("relations", list(self._relation_records())),
            ("explanations", list(self._reading_records())),
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
            listed = codelist(dimension)
            for position, code in enumerate(codes):
                entry = listed.codes[code]
                yield {
                    "dimension": dimension,
                    "code": code,
                    "label": self.settings["labels"]
                    .get(dimension, {})
                    .get(code, listed.label(code)),
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
        }

    def _statement_records(self) -> Iterator[Record]:
        for row in table_schema.read(PUBLISHED / "statements.csv"):
            if row["shown"] == "yes":
                kept = {key: value for key, value in row.items() if key != "shown"}
                yield {**kept, "printed": self.ledger.statements[row["statement_id"]].printed}

    def _relation_records(self) -> Iterator[Record]:
        for position, relation in enumerate(self.ledger.relations):
            conclusion = self.conclusions[relation["relation_id"]]
            yield {
                "relation_id": relation["relation_id"],
                "position": position,
                "kind": relation["kind"],
                "statement_ids": sorted(
                    set(ledgers.ids_in(relation["statements"] + relation["says"]))
                ),
                "title": self.text(relation["title"]),
                "says": self.text(relation["says"]),
                "result": conclusion.result,
                "working": conclusion.working,
                "shown": self.text(relation["shown"]),
            }

    def _reading_records(self) -> Iterator[Record]:
        for relation_id, conclusion in self.conclusions.items():
            for position, reading in enumerate(conclusion.readings):
                yield {
                    "relation_id": relation_id,
                    "position": position,
                    "reading": reading.text,
                    "breaks": list(reading.breaks),
                    "is_usual": reading.is_usual,
                }


def build(*, folder: Path = RELEASES, force: bool = False) -> bool:
    """Build the transcribed release below `folder` unless it is there, whole, and made from the same inputs.

    Returns:
        Whether anything was built.

    Raises:
        DataError: an input breaks its schema, or the ledger contradicts itself. The old release stays as it was.
    """
    settings = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))
    target = folder / settings["release_id"]
    inputs = release_folder.digest(_inputs())
    if not force and releases.built_from(target) == inputs:
        return False
    transcription = Transcription(ledgers.load(PUBLISHED), settings)
    description = _description(settings, inputs)
    release_folder.write(
        target, fill=transcription.fill, describe=description, complete=spreadsheet_tables.write
    )
    return True


def _inputs() -> list[Path]:
    folders = (
        PUBLISHED,
        REFERENCE,
        RELEASE_TEMPLATES / "spreadsheet",
        SQL / "release_builder",
        SQL / "spreadsheets",
        SQL / "query",
    )
    return [
        *(path for folder in folders for path in folder.iterdir()),
        *(ROOT / "referrals").rglob("*.py"),
    ]


def _description(settings: Mapping[str, Any], inputs: str) -> Record:
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{settings['release_id']}",
        "title": settings["title"],
        "status": settings["status"],
        "licenses": [{"name": settings["licence"], "title": settings["attribution"]}],
        "codelists": {
            dimension: {code: codelist(dimension).label(code) for code in codes}
            for dimension, codes in settings["codes"].items()
        },
        "inputs_sha256": inputs,
    }
