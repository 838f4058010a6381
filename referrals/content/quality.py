"""The self-assessment on the quality page: points of two guides, each with the tests behind it.

`data/content/quality.csv` has a row for each point: met, partly or not, and the tests. `make
quality` runs these tests and writes their outcomes to `quality_results.csv`, because the served
site has no tests. A point that claims to be met reads as failing if one of its tests failed, and as
not checked if one has no outcome.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.formatting import day
from referrals.i18n import messages
from referrals.paths import CONTENT
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

POINTS: Final = CONTENT / "quality.csv"
RESULTS: Final = CONTENT / "quality_results.csv"
PASSED: Final = "passed"


class State(Enum):
    """The state of a point: its claim, if the tests behind it allow it."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    FAILING = "failing"
    UNCHECKED = "unchecked"


def points() -> list[Row]:
    """Return every point of both guides, in order."""
    return table_schema.read(POINTS)


def results() -> dict[str, Row]:
    """Return the latest outcome of each test, by the name of the test."""
    return {row["test"]: row for row in table_schema.read(RESULTS)}


def tests_of(point: Row) -> list[str]:
    """Return the tests behind a point, as pytest names them."""
    return point["tests"].split()


def state(point: Row, outcomes: Mapping[str, Row]) -> State:
    """Return the state of a point, given the latest outcomes of tests."""
    found = [outcomes.get(test) for test in tests_of(point)]
    if any(each and each["outcome"] != PASSED for each in found):
        return State.FAILING
    if None in found:
        return State.UNCHECKED
    return State(point["met"])


def html(standard: str) -> Markup:
    """Return the points of one guide as a list."""
    return listed([row for row in points() if row["standard"] == standard], results())


def listed(rows: Sequence[Row], outcomes: Mapping[str, Row]) -> Markup:
    """Return points as a list, given the latest outcomes of tests."""
    return templates.render(
        "content/quality.html",
        rows=[_shown(row, outcomes) for row in rows],
        tests=messages.text("quality.tests"),
    )


def _shown(row: Row, outcomes: Mapping[str, Row]) -> dict[str, object]:
    found = state(row, outcomes)
    days = [outcomes[test]["run_on"] for test in tests_of(row) if test in outcomes]
    words = messages.text(f"quality.state.{found.value}", date=day(min(days)) if days else "")
    return {
        "point": row["point"],
        "state": found.value,
        "words": words,
        "says": row["says"],
        "tests": [_sentence(test) for test in tests_of(row)],
    }


def _sentence(test: str) -> str:
    """Return the name of a test as a sentence.

    >>> _sentence("tests/unit/test_sums.py::test_a_sum_is_exact")
    'A sum is exact (tests/unit/test_sums.py)'
    """
    file, _, name = test.partition("::")
    words = re.sub("^test_", "", name).replace("_", " ")
    return f"{words[:1].upper()}{words[1:]} ({file})"
