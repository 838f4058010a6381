"""What a check found in an extract: errors and warnings apart, grouped, each with its count and first lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class Finding:
    """Lines that break one rule in one way: how many, the numbers of the first few, and the sentence that says what and why.

    `lines` is empty where the extract as a whole is at fault. `value` is the code that breaks the rule, where one may be
    shown; a message never holds anything else of a record.
    """

    rule: str
    says: str
    count: int = 0
    lines: tuple[int, ...] = ()
    field: str | None = None
    value: str | None = None

    def as_text(self) -> str:
        """Return one line of words: where it is, and then what it is.

        >>> Finding("age", "Not an age.", 7, (2, 9778)).as_text()
        'lines 2, 9,778 and 5 more: Not an age.'
        """
        if not self.lines:
            return self.says
        more = self.count - len(self.lines)
        numbers = ", ".join(f"{line:,}" for line in self.lines)
        return f"line{'s' if self.count > 1 else ''} {numbers}{f' and {more:,} more' if more else ''}: {self.says}"


@dataclass(frozen=True)
class Report:
    """What became of one extract. `lines` are those after its header; each of them was either loaded or rejected.

    A line is rejected where it has an error or is blank. All the numbers are 0 where the extract was refused as a whole.
    """

    name: str
    layout: str = ""
    lines: int = 0
    loaded: int = 0
    rejected: int = 0
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    is_illustrative: bool = False
    first_date: date | None = None
    last_date: date | None = None

    @property
    def ok(self) -> bool:
        """Whether the extract may be published from: warnings do not stand in the way."""
        return not self.errors

    def as_text(self) -> str:
        """Return the report in plain words, a line for each thing to say."""
        return "\n".join(self._sentences())

    def as_json(self) -> str:
        """Return the report as JSON, the same text for the same report."""
        content = {"extract": self.name, "ok": self.ok, **asdict(self)}
        content.pop("name")
        return json.dumps(content, indent=2, ensure_ascii=False, default=date.isoformat)

    def _sentences(self) -> Iterator[str]:
        verdict = "sound" if self.ok else "not fit to publish from"
        yield f"{self.name}: {verdict}. {_number(self.errors, 'error')}, {_number(self.warnings, 'warning')}."
        if self.lines:
            yield f"  {self.layout}. {self.lines:,} lines after the header: {self.loaded:,} loaded, {self.rejected:,} rejected."
        if self.first_date and self.last_date:
            yield f"  Dates from {self.first_date} to {self.last_date} on the lines that were loaded."
        if self.is_illustrative:
            yield "  Every line is illustrative: these are synthetic records, of nobody."
        for heading, findings in (("Errors", self.errors), ("Warnings", self.warnings)):
            if findings:
                yield f"{heading}:"
                yield from (f"  {finding.as_text()}" for finding in findings)


def _number(findings: tuple[Finding, ...], what: str) -> str:
    """Return how many kinds of findings there are, in words.

    >>> _number((), "error")
    '0 kinds of error'
    """
    return f"{len(findings)} {'kind' if len(findings) == 1 else 'kinds'} of {what}"
