"""The cost of the main operations, printed and not asserted: `make bench`.

Each time is also given relative to an empty DuckDB query in the same run, to compare machines.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from referrals.cards import by_dimension
from referrals.cards.html import chart as card_chart
from referrals.publishing import transcribe
from referrals.publishing.ledger import statements as ledgers
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.release import release as releases

ROUNDS = 30


def median_ms(task: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median milliseconds of a task."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def test_print_the_cost_of_releases_queries_cards_and_charts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = releases.latest_published()
    release = releases.open_release(folder)
    selection = Selection(crime_type="DA", measure="share")
    answer = kinds.of(release).answer("sex", selection)
    card = by_dimension.card(release, answer)
    empty = duckdb.connect()
    work: dict[str, tuple[Callable[[], object], int]] = {
        "an empty query": (lambda: empty.execute("select 1").fetchall(), ROUNDS),
        "read and check the ledger": (ledgers.load, 5),
        "build the release from nothing": (
            lambda: transcribe.build(folder=tmp_path, force=True),
            3,
        ),
        "verify and open the release": (lambda: releases.open_release(folder), 5),
        "answer one question": (lambda: kinds.of(release).answer("sex", selection), ROUNDS),
        "make its card": (lambda: by_dimension.card(release, answer), ROUNDS),
        "make its chart": (lambda: card_chart.html(card), ROUNDS),
    }
    costs = {name: median_ms(task, rounds) for name, (task, rounds) in work.items()}
    unit = costs["an empty query"]
    with capsys.disabled():
        print(f"\n\n{'':32}{'median':>10}{'of an empty query':>20}")
        for name, cost in costs.items():
            print(f"{name:32}{cost:>7.1f} ms{cost / unit:>19,.0f}x")
        print(
            f"\nthe chart as sent: {len(card_chart.html(card)):,} bytes; "
            f"its table: {len(card.table):,} bytes"
        )
