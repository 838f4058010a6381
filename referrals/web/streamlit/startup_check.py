"""The start-up check: `/readyz` fails until one page has been drawn inside this process.

It takes the path of a reader's session except for the network, so every private name that the site
relies on is used once, and a Streamlit that lacks one is found before a reader meets it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LOG: Final = logging.getLogger(__name__)

TIMEOUT: Final = 30.0
"""Seconds within which the first page must be drawn."""

PENDING: Final = "The first page has not been drawn yet."


class StartupCheck:
    """The check that one page could be drawn: `problem` is a sentence, '' if it could."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout
        self.problem = PENDING

    @asynccontextmanager
    async def running(self, runtime: Any, missing: Iterable[str] = ()) -> AsyncIterator[None]:
        """Draw the first page before the server takes requests.

        `missing` are private names of Streamlit or uvicorn already known to be missing.
        """
        self.problem = await self._check(runtime, sorted(missing))
        if self.problem:
            LOG.error("The start-up check failed. %s", self.problem)
        yield

    async def _check(self, runtime: Any, missing: list[str]) -> str:
        if missing:
            return (
                f"Streamlit or uvicorn no longer has {', '.join(missing)}. "
                "Install the versions that requirements.lock names."
            )
        try:
            client = await asyncio.wait_for(draw_first_page(runtime), self._timeout)
        except TimeoutError:
            return f"The first page was not drawn within {self._timeout:.0f} seconds."
        except Exception as error:
            LOG.exception("The first page could not be drawn (%s).", type(error).__name__)
            return f"The first page could not be drawn ({type(error).__name__})."
        return client.problem()


class Client:
    """A client of Streamlit's runtime without a network, which records how a page was drawn."""

    client_context = None

    def __init__(self) -> None:
        self._elements = list[str]()
        self._status: int | None = None
        self.finished = asyncio.Event()

    def write_forward_msg(self, message: ForwardMsg) -> None:
        """Record the kinds of elements that are drawn, and how the run ended."""
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._elements.append(message.delta.new_element.WhichOneof("type") or "")
        elif kind == "script_finished":
            self._status = message.script_finished
            self.finished.set()

    def problem(self) -> str:
        """Return the fault of the page, '' if it was drawn completely."""
        if self._status != ForwardMsg.FINISHED_SUCCESSFULLY or "exception" in self._elements:
            return "The script of the first page failed. The log says why."
        return "" if "html" in self._elements else "The first page was drawn empty."


async def draw_first_page(runtime: Any) -> Client:
    """Open a session, wait until its first page is drawn, close it, and return its client.

    `runtime` is Streamlit's `Runtime`, started in this event loop.
    """
    client = Client()
    session_id = runtime.connect_session(client=client, user_info={})
    try:
        request = BackMsg()
        request.rerun_script.query_string = ""
        runtime.handle_backmsg(session_id, request)
        await client.finished.wait()
    finally:
        runtime.close_session(session_id)
    return client
