"""The report on an extract: errors and warnings, each with a count and the first line numbers.

`validate` makes it; the command line prints it as text or JSON. No report holds any value of a
record except a code that breaks a rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from referrals.release.release import MARKS, OFFICIAL


@dataclass(frozen=True)
class Finding:
    """Lines that break one rule in one way: their number, the first line numbers, and a message.

    `lines` is empty if the whole extract is at fault. `value` is the code that breaks the rule, if
    it may be quoted (`rules.quotable`).
    """

    rule: str
    message: str
    count: int = 0
    lines: tuple[int, ...] = ()
    field: str | None = None
    value: str | None = None

    def as_text(self) -> str:
        """Return one line of text: line numbers first, then the message.

        >>> Finding("age", "Not an age.", 7, (2, 9778)).as_text()
        'lines 2, 9,778 and 5 more: Not an age.'
        """
        if not self.lines:
            return self.message
        label = "lines" if self.count > 1 else "line"
        numbers = ", ".join(f"{line:,}" for line in self.lines)
        unlisted = self.count - len(self.lines)
        more = f" and {unlisted:,} more" if unlisted else ""
        return f"{label} {numbers}{more}: {self.message}"

    def as_dict(self) -> dict[str, object]:
        """Return the finding in the keys of the JSON report, which other programs read."""
        return {
            "rule": self.rule,
            "says": self.message,
            "count": self.count,
            "lines": self.lines,
            "field": self.field,
            "value": self.value,
        }


@dataclass(frozen=True)
class Report:
    """The result of checking one extract.

    `lines` counts the lines after the header. Each was either loaded, rejected because it has an
    error, or skipped because it is not a record (blank, the header again, a summary that a mapping
    names); a warning announces those. All counts are 0 if the file could not be read at all.
    `steps` are sentences about how it was read. `status` is the status of a release made from it.
    """

    name: str
    file_format: str = ""
    lines: int = 0
    loaded: int = 0
    rejected: int = 0
    skipped: int = 0
    steps: tuple[str, ...] = ()
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    status: str = OFFICIAL
    first_date: date | None = None
    last_date: date | None = None

    @property
    def ok(self) -> bool:
        """Return whether the extract may be published. Warnings do not prevent that."""
        return not self.errors

    def as_text(self) -> str:
        """Return the report as plain text, one line for each finding."""
        return "\n".join(self._text_lines())

    def as_json(self) -> str:
        """Return the report as JSON. Equal reports give equal text."""
        content = {
            "extract": self.name,
            "ok": self.ok,
            "layout": self.file_format,
            "lines": self.lines,
            "loaded": self.loaded,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "steps": self.steps,
            "errors": [finding.as_dict() for finding in self.errors],
            "warnings": [finding.as_dict() for finding in self.warnings],
            "status": self.status,
            "first_date": self.first_date,
            "last_date": self.last_date,
        }
        return json.dumps(content, indent=2, ensure_ascii=False, default=date.isoformat)

    def _text_lines(self) -> Iterator[str]:
        verdict = "sound" if self.ok else "not fit to publish from"
        errors = _kinds(self.errors, "error")
        warnings = _kinds(self.warnings, "warning")
        yield f"{self.name}: {verdict}. {errors}, {warnings}."
        if self.lines:
            skipped = f", {self.skipped:,} skipped" if self.skipped else ""
            yield (
                f"  {self.file_format}. {self.lines:,} lines after the header: "
                f"{self.loaded:,} loaded, {self.rejected:,} rejected{skipped}."
            )
        yield from (f"  {step}" for step in self.steps)
        if self.first_date and self.last_date:
            yield f"  Dates from {self.first_date} to {self.last_date} on the loaded lines."
        if self.status in MARKS:
            yield f"  {MARKS[self.status]}. Every line says so."
        for heading, findings in (("Errors", self.errors), ("Warnings", self.warnings)):
            if findings:
                yield f"{heading}:"
                yield from (f"  {finding.as_text()}" for finding in findings)


def _kinds(findings: tuple[Finding, ...], noun: str) -> str:
    """Return the number of kinds of findings in words.

    >>> _kinds((), "error")
    '0 kinds of error'
    """
    return f"{len(findings)} {'kind' if len(findings) == 1 else 'kinds'} of {noun}"
