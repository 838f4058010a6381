"""The readers that `make load` sends: whom they ask, and that they see what is wrong with a page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen

from referrals.errors import DataError
from tests.bench import load_page, load_tab
from tests.bench.load_crowd import Crowd, Tally
from tests.bench.load_requests import requests_a_second
from tests.bench.load_tab import Answer, LoadError, NotHereError, Tab

FINISHED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def heading() -> ForwardMsg:
    message = ForwardMsg(hash="h1")
    message.metadata.delta_path.extend([0, 0])
    message.delta.new_element.heading.body = "Sex"
    return message


def measure(value: int = 0) -> ForwardMsg:
    message = ForwardMsg(hash="radio")
    radio = message.delta.new_element.radio
    radio.id, radio.default = "id-choose_measure", value
    radio.options.extend(["Number", "Share"])
    return message


def alarm(kind: str) -> ForwardMsg:
    message = ForwardMsg()
    getattr(message.delta.new_element, kind).SetInParent()
    return message


def asked(*runs: Sequence[ForwardMsg], choose: str = "") -> Answer:
    """Return what a tab makes of a site that answers each question with the next of these runs."""

    async def answer(socket: ServerConnection) -> None:
        for run in runs:
            await socket.recv()
            for message in run:
                await socket.send(message.SerializeToString())
        await socket.close()

    async def ask() -> Answer:
        async with listen(answer, "127.0.0.1", 0, subprotocols=["streamlit"]) as site:  # type: ignore[list-item]
            port = next(iter(site.sockets)).getsockname()[1]
            async with await Tab.at(f"http://127.0.0.1:{port}", "/sex") as tab:
                first = await tab.load()
                return await tab.choose("measure", choose) if choose else first

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "https://127.0.0.1", "http://localhost:8501", "http://127.0.0.1.example.org", "http://10.0.0.1"],
)
def test_load_goes_to_no_other_machine(address: str) -> None:
    with pytest.raises(NotHereError, match="not on this machine"):
        asyncio.run(Tab.at(address, "/sex"))
    with pytest.raises(NotHereError, match="not on this machine"):
        asyncio.run(requests_a_second(address, "/", seconds=0.1))


def test_a_page_is_drawn_when_its_run_has_finished() -> None:
    answer = asked([heading(), measure(), FINISHED])
    assert (answer.messages, answer.query) == (3, "")


def test_a_run_that_was_cut_short_for_another_is_not_the_end() -> None:
    early = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
    assert asked([early, heading(), FINISHED]).messages == 3


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ([heading(), alarm("exception"), FINISHED], "it shows an exception"),
        ([heading(), alarm("alert"), FINISHED], "it shows an alert"),
        ([FINISHED], "it has no heading"),
        ([heading(), ForwardMsg(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR)], "the script failed"),
        ([heading()], "was closed"),
    ],
    ids=["exception", "alert", "empty", "failed", "closed"],
)
def test_what_is_no_page_is_an_error(run: Sequence[ForwardMsg], said: str) -> None:
    with pytest.raises(LoadError, match=said):
        asked(run)


def test_a_site_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_tab, "PATIENCE", 0.1)
    with pytest.raises(LoadError, match="was not drawn in"):
        asked([], [])


def test_a_choice_that_comes_back_unchosen_is_an_error() -> None:
    page = [heading(), measure(), FINISHED]
    assert asked(page, [heading(), measure(1), FINISHED], choose="Share").messages == 3
    with pytest.raises(LoadError, match="without the measure that was chosen"):
        asked(page, page, choose="Share")
    with pytest.raises(LoadError, match="does not offer"):
        asked(page, choose="Guess")


def test_a_message_that_names_an_earlier_one_is_read_as_that_one() -> None:
    kept = heading()
    kept.metadata.cacheable = True
    named = ForwardMsg(ref_hash="h1")
    named.metadata.delta_path.extend([0, 0])
    answers = [asked([kept, measure(), FINISHED], [one, measure(1), FINISHED], choose="Share") for one in (kept, named)]
    assert answers[0].shows == answers[1].shows


def test_two_answers_that_differ_in_a_figure_are_told_apart() -> None:
    other = heading()
    other.hash = "h2"
    assert asked([heading(), FINISHED]).shows != asked([other, FINISHED]).shows


def test_readers_who_are_not_let_in_are_counted_and_not_asked_again() -> None:
    async def refused() -> Tally:
        crowd = Crowd(["http://127.0.0.1:9"], {})
        await crowd.grow(3)
        return crowd.tally

    assert asyncio.run(refused()).errors.total() == 3


def test_percentiles_of_no_answers_are_infinite_so_that_silence_is_never_fast() -> None:
    assert Tally().percentile(95) == float("inf")
    assert Tally(seconds=[0.1 * n for n in range(11)]).percentile(50) == pytest.approx(0.5)


def step(sessions: int, p95: float, **errors: int) -> dict[str, Any]:
    waits = {"p50": p95 / 2, "p95": p95, "p99": p95 * 2}
    return {"sessions": sessions, "answers": 300, **waits, "cpu_ms": 10.0, "mib": 240 + sessions / 10, "errors": errors}


def found(*steps: dict[str, Any]) -> dict[str, Any]:
    return {
        "cores": 2,
        "load": 1.5,
        "unit_ms": 50.0,
        "steps": list(steps),
        "replicas": [step(500, 0.08)],
        "comings": {"visits": 10_000, "mib_after_a_fifth": 300.0, "mib_after_all": 303.0},
        "idle": {**step(1, 0.05), "idle": 2_000},
        "requests": {"API": 612.0, "static twin": None},
    }


def test_the_report_says_what_a_session_holds_where_it_broke_and_what_was_not_served() -> None:
    said = load_page.page(found(step(50, 0.04), step(400, 0.15), step(800, 6.0, closed=3)))
    assert "A session holds 0.10 MiB" in said
    assert "400 sessions were answered within a second, 95 in 100. At 800 it took 6.0 s, with 3 errors." in said
    assert "(+1.0%)" in said
    assert "- API: 612 a second" in said
    assert "- static twin: not served" in said


def test_a_site_that_did_not_break_is_not_said_to_have() -> None:
    assert "It did not break." in load_page.page(found(step(50, 0.04), step(800, 0.2)))


def test_the_picture_has_a_line_for_each_measure_and_says_in_words_what_it_shows() -> None:
    drawn = load_page.picture(found(step(50, 0.04), step(800, 0.2)))
    assert [drawn.count(f'<g class="{name}">') for name in ("p50", "p95", "p99", "processor")] == [1, 1, 1, 1]
    assert "800 sessions were answered within a second" in drawn


def test_a_report_of_nothing_says_how_to_measure(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="make load"):
        load_page.load(tmp_path / "load.json")
