"""The report of `make load`: results, refused and lost readers, and missing measurements."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.load import __main__
from bench.report import load_page
from referrals.errors import DataError

pytestmark = pytest.mark.slow


def found_step(sessions: int, p95: float, **errors: int) -> dict[str, Any]:
    waits = {"p50": p95 / 2, "p95": p95, "p99": p95 * 2}
    cost = {"cpu_ms": 10.0, "client": 0.3, "mib": 240 + sessions / 10}
    return {
        "sessions": sessions,
        "wanted": sessions,
        "answers": 300,
        **waits,
        **cost,
        "errors": errors,
    }


def found(*steps: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "cores": 2,
        "load": 1.5,
        "unit_ms": 50.0,
        "in_time": True,
        "steps": list(steps),
        **others,
    }


ALL = {
    "replicas": [
        {"replicas": 2, **found_step(500, 0.08)},
        {"replicas": 3, **found_step(500, 0.09)},
    ],
    "killed": {**found_step(300, 0.08), "returned": 97, "lost": 0},
    "swapped": {
        "swaps": 20,
        "asked": {"page": 400, "API": 300},
        "failed": {"page": 2},
        "slowest": {"page": 0.2, "API": 1.5},
    },
    "comings": {"visits": 10_000, "mib_after_a_fifth": 300.0, "mib_after_all": 303.0},
    "idle": {**found_step(1, 0.05), "idle": 2_000},
    "requests": {"API": 612.0, "static site": None},
}


def test_a_step_without_an_answer_has_no_percentiles_and_no_part_in_session_memory() -> None:
    none = {**found_step(400, float("inf")), "answers": 0}
    text = load_page.page(found(found_step(50, 0.01), plain=[found_step(50, 0.07), none]))
    plain = text.partition("## Plain Streamlit")[2].partition("\n## ")[0]
    assert "| 400 | 0 | – | – | – | – | – | 280 MiB |" in plain
    assert "A session holds" not in plain


def test_the_report_has_session_memory_breaking_point_and_request_rates() -> None:
    text = load_page.page(
        found(found_step(50, 0.04), found_step(400, 0.15), found_step(800, 6.0, closed=3), **ALL)
    )
    assert "A session holds 0.10 MiB" in text
    assert (
        "400 sessions were answered within a second, 95 in 100. "
        "At 800 it took 6.0 s, with 3 errors." in text
    )
    assert "(+1.0%)" in text
    assert "- API: 612 a second" in text
    assert "- static site: not served" in text


def test_the_report_says_how_many_readers_a_core_serves_well() -> None:
    steps = [found_step(400, 0.02), found_step(800, 0.04), found_step(1_600, 9.0)]
    text = load_page.page(found(*steps, **ALL))
    assert "**Readers a core:** 800 were answered within 50 ms" in text
    failed = [found_step(400, 0.02), found_step(800, 0.04, closed=1)]
    assert "**Readers a core:** 400 were" in load_page.page(found(*failed, **ALL))


def test_the_report_compares_with_plain_streamlit() -> None:
    plain = [found_step(50, 0.01), found_step(400, 0.03)]
    text = load_page.page(found(found_step(50, 0.04), **ALL, plain=plain))
    assert "| 400 | 300 | 15 ms | 30 ms |" in text.partition("## Plain Streamlit")[2]
    without = load_page.page(found(found_step(50, 0.04), **ALL))
    assert "Not measured" in without.partition("## Plain Streamlit")[2]


def test_the_report_has_refused_and_lost_readers_and_client_cost() -> None:
    refused = {**found_step(790, 0.2, full=10), "wanted": 800}
    text = load_page.page(found(found_step(50, 0.04), refused, **ALL))
    assert "| 790 of 800 | 300 |" in text
    assert "| 30% | 10 |" in text
    assert "| 3 | 500 | 300 |" in text
    assert (
        "97 lost their socket, opened the same address again and were shown the same selection; "
        "0 were lost." in text
    )
    assert "exchanged 20 times" in text
    assert (
        "page 400 times (the slowest answer took 0.2 s), "
        "API 300 times (the slowest answer took 1.5 s)." in text
    )
    assert "2 of these requests failed." in text


def test_the_report_names_missing_measurements() -> None:
    text = load_page.page({**found(found_step(50, 0.04)), "in_time": False})
    assert load_page.LATE in text
    assert load_page.NO_NGINX in text
    assert load_page.LATE not in load_page.page(found(found_step(50, 0.04), **ALL))


def test_the_report_notes_a_site_that_did_not_break() -> None:
    assert "It did not break." in load_page.page(found(found_step(50, 0.04), found_step(800, 0.2)))


def test_the_chart_has_a_line_per_measure_and_a_description() -> None:
    drawn = load_page.picture(found(found_step(50, 0.04), found_step(800, 0.2)))
    assert [drawn.count(f'<g class="{name}">') for name in ("p50", "p95", "p99", "processor")] == [
        1,
        1,
        1,
        1,
    ]
    assert "800 sessions were answered within a second" in drawn


def test_a_report_without_results_names_the_command(tmp_path: Path) -> None:
    for text in (None, "{}"):
        if text:
            (tmp_path / "load.json").write_text(text)
        with pytest.raises(DataError, match="make load"):
            load_page.load(tmp_path / "load.json")


def test_a_load_test_out_of_time_keeps_its_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(run: __main__.Run) -> None:
        run.found["steps"] = [found_step(50, 0.04)]

    def too_long(run: __main__.Run) -> None:
        run.within(asyncio.sleep(30))

    monkeypatch.setattr(__main__, "measurements", lambda: [first, too_long])
    __main__.main(result=tmp_path / "load.json", deadline=0.2)
    saved = load_page.load(tmp_path / "load.json")
    assert saved["steps"][0]["sessions"] == 50
    assert not saved["in_time"]
