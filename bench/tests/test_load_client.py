"""The simulated readers of `make load`: local addresses only, and every wrong page detected."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from bench.load import reader as load_reader
from bench.load.crowd import Tally, crowd, survey
from bench.load.reader import Answer, LoadError, RemoteAddressError, Tab
from bench.load.requests import requests_a_second
from bench.load.steps import Served, step

pytestmark = pytest.mark.slow

FINISHED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def heading() -> ForwardMsg:
    message = ForwardMsg(hash="h1")
    message.metadata.delta_path.extend([0, 0])
    message.delta.new_element.html.body = "<h1>Sex</h1>"
    return message


def measure(value: int = 0) -> ForwardMsg:
    message = ForwardMsg(hash="radio")
    radio = message.delta.new_element.radio
    radio.id, radio.default = "id-choose_measure", value
    radio.options.extend(["Number", "Share"])
    return message


def reset_measure() -> ForwardMsg:
    """Return the control as a site draws it that sets another value than was chosen."""
    message = measure()
    radio = message.delta.new_element.radio
    radio.set_value, radio.raw_value = True, "Number"
    return message


def address_of(query: str) -> ForwardMsg:
    message = ForwardMsg()
    message.page_info_changed.query_string = query
    return message


def alarm(kind: str) -> ForwardMsg:
    message = ForwardMsg()
    getattr(message.delta.new_element, kind).SetInParent()
    return message


def answer_of(*runs: Sequence[ForwardMsg], choose: str = "") -> Answer:
    """Return a tab's answer from a fake site that answers each request with the next run."""

    async def answer(socket: ServerConnection) -> None:
        for run in runs:
            await socket.recv()
            for message in run:
                await socket.send(message.SerializeToString())
        await socket.close()

    async def ask() -> Answer:
        async with listen(answer, "127.0.0.1", 0, subprotocols=[Subprotocol("streamlit")]) as site:
            port = next(iter(site.sockets)).getsockname()[1]
            async with await Tab.at(f"http://127.0.0.1:{port}", "/sex") as tab:
                first = await tab.load()
                return await tab.choose("measure", choose) if choose else first

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "https://127.0.0.1",
        "http://localhost:8501",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
    ],
)
def test_the_load_test_refuses_other_machines(address: str) -> None:
    with pytest.raises(RemoteAddressError, match="not on this machine"):
        asyncio.run(Tab.at(address, "/sex"))
    with pytest.raises(RemoteAddressError, match="not on this machine"):
        asyncio.run(requests_a_second(address, "/", seconds=0.1))


def test_a_tab_reads_until_the_run_has_finished() -> None:
    answer = answer_of([heading(), measure(), FINISHED])
    assert (answer.messages, answer.query) == (3, "")


def test_a_tab_reads_on_after_an_interrupted_run() -> None:
    early = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
    assert answer_of([early, heading(), FINISHED]).messages == 3


@pytest.mark.parametrize(
    ("run", "message_text"),
    [
        ([heading(), alarm("exception"), FINISHED], "it shows an exception"),
        ([heading(), alarm("alert"), FINISHED], "it shows an alert"),
        ([FINISHED], "it has no heading"),
        (
            [heading(), ForwardMsg(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR)],
            "the script failed",
        ),
        ([heading()], "was closed"),
    ],
    ids=["exception", "alert", "empty", "failed", "closed"],
)
def test_an_answer_that_is_not_a_page_is_an_error(
    run: Sequence[ForwardMsg], message_text: str
) -> None:
    with pytest.raises(LoadError, match=message_text):
        answer_of(run)


def test_a_site_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_reader, "PATIENCE", 0.1)
    with pytest.raises(LoadError, match="was not drawn in"):
        answer_of([], [])


def test_a_filter_that_was_not_applied_is_an_error() -> None:
    page = [heading(), measure(), FINISHED]
    applied = address_of("measure=share")
    assert answer_of(page, [applied, *page], choose="Share").query == "measure=share"
    with pytest.raises(LoadError, match="without the measure that was chosen"):
        answer_of(page, page, choose="Share")
    with pytest.raises(LoadError, match="without the measure that was chosen"):
        answer_of(page, [applied, heading(), reset_measure(), FINISHED], choose="Share")
    with pytest.raises(LoadError, match="does not offer"):
        answer_of(page, choose="Guess")


def test_a_message_reference_is_resolved() -> None:
    cached = heading()
    cached.metadata.cacheable = True
    reference = ForwardMsg(ref_hash="h1")
    reference.metadata.delta_path.extend([0, 0])
    answers = [
        answer_of(
            [cached, measure(), FINISHED],
            [address_of("measure=share"), message, measure(), FINISHED],
            choose="Share",
        )
        for message in (cached, reference)
    ]
    assert answers[0].digest == answers[1].digest


def test_an_unknown_message_reference_is_an_error() -> None:
    with pytest.raises(LoadError, match="never sent"):
        answer_of([heading(), ForwardMsg(ref_hash="h9"), FINISHED])


def test_answers_that_differ_in_a_figure_have_different_digests() -> None:
    other = heading()
    other.hash = "h2"
    assert answer_of([heading(), FINISHED]).digest != answer_of([other, FINISHED]).digest


@asynccontextmanager
async def small_site(
    *, admitted: int = 99, closes_after: int = 99
) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve a page with one filter to a limited number of readers and requests; yield the visitors.

    A reader who was admitted once is admitted again.
    """
    visitors: list[str] = []

    def admit(connection: ServerConnection, request: Request) -> Response | None:
        reader = request.headers.get("X-Forwarded-For", "")
        is_full = reader not in visitors and len(visitors) >= admitted
        visitors.append(reader)
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "full") if is_full else None

    async def answer(socket: ServerConnection) -> None:
        chosen = 0
        with suppress(ConnectionClosed):
            for _ in range(closes_after if visitors.count(visitors[-1]) == 1 else 99):
                request = BackMsg.FromString(await socket.recv(decode=False)).rerun_script
                for widget in request.widget_states.widgets:
                    chosen = ["Number", "Share"].index(widget.string_value)
                changed = heading()
                changed.hash = f"shows {chosen}"
                query = ForwardMsg()
                query.page_info_changed.query_string = f"measure={chosen}"
                for message in (changed, measure(chosen), query, FINISHED):
                    await socket.send(message.SerializeToString())

    async with listen(
        answer,
        "127.0.0.1",
        0,
        subprotocols=[Subprotocol("streamlit")],
        process_request=admit,
    ) as site:
        yield f"http://127.0.0.1:{next(iter(site.sockets)).getsockname()[1]}", visitors


def browsed(readers: int, *, come_back: bool = False, **site: int) -> tuple[Tally, int, list[str]]:
    """Return the results of readers of a small site, the number present, and the visitors."""

    async def browse() -> tuple[Tally, int, list[str]]:
        async with small_site() as (address, _):
            shown = await survey(address, ["/sex"])
        async with (
            small_site(**site) as (address, visitors),
            crowd([address], shown, ["/sex"], come_back=come_back) as readers_of_site,
        ):
            await readers_of_site.grow(readers)
            return await readers_of_site.browse(0.2, 0.5), readers_of_site.present, visitors

    return asyncio.run(browse())


def test_refused_readers_are_counted_as_errors_and_stay_away() -> None:
    tally, present, visitors = browsed(3, admitted=2)
    assert (present, tally.errors.total(), len(visitors)) == (2, 1, 3)
    assert len(tally.seconds) >= 4


def test_a_step_reports_present_and_wanted_readers() -> None:
    async def measured() -> dict[str, Any]:
        async with small_site() as (address, _):
            shown = await survey(address, ["/sex"])
        async with (
            small_site(admitted=2) as (address, _),
            crowd([address], shown, ["/sex"]) as readers,
        ):
            return await step(readers, Served([address], [os.getpid()]), 3, 0.2, 0.5)

    row = asyncio.run(measured())
    assert (row["sessions"], row["wanted"], sum(row["errors"].values())) == (2, 3, 1)
    assert row["client"] > 0


def test_every_reader_has_its_own_address() -> None:
    _, _, visitors = browsed(3)
    assert len(set(visitors)) == 3
    assert all(visitors)


def test_a_reader_who_lost_the_socket_reopens_the_same_selection() -> None:
    tally, present, visitors = browsed(2, come_back=True, closes_after=2)
    assert (tally.returned, tally.errors.total(), present) == (2, 0, 2)
    assert len(visitors) == 4
    tally, present, _ = browsed(2, closes_after=2)
    assert (tally.returned, tally.errors.total(), present) == (0, 2, 0)


def test_a_view_that_the_survey_did_not_see_is_an_error() -> None:
    async def browse() -> Tally:
        async with small_site() as (address, _), crowd([address], {}, ["/sex"]) as readers:
            await readers.grow(2)
            return await readers.browse(0.2, 0.5)

    assert dict(asyncio.run(browse()).errors) == {
        "/sex did not show the page that a single reader got.": 2
    }


def test_percentiles_without_answers_are_infinite() -> None:
    assert Tally().percentile(95) == float("inf")
    assert Tally(seconds=[0.1 * n for n in range(11)]).percentile(50) == pytest.approx(0.5)
