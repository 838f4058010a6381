"""A first session, opened inside the process when the server starts: `/readyz` fails until its page has been drawn.

It goes the way of a reader's session but for the network: the private names that the site relies on are all used once, so that
a Streamlit without one of them is noticed before a reader is.
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

PATIENCE: Final = 30.0
"""Seconds within which the first page must be drawn."""

PENDING: Final = "The first page has not been drawn yet."


class StartupCheck:
    """Whether one page could be drawn in this process. `problem` is a sentence, or empty once all is well."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self.problem = PENDING

    @asynccontextmanager
    async def running(self, runtime: Any, missing: Iterable[str] = ()) -> AsyncIterator[None]:
        """Draw the first page before the server takes requests; `missing` are private names already known to be gone."""
        self.problem = await self._found(runtime, sorted(missing))
        if self.problem:
            LOG.error("The start-up check failed. %s", self.problem)
        yield

    async def _found(self, runtime: Any, missing: list[str]) -> str:
        if missing:
            return f"Streamlit no longer has {', '.join(missing)}. Install the version that requirements.lock names."
        try:
            page = await asyncio.wait_for(first_page(runtime), self._patience)
        except TimeoutError:
            return f"The first page was not drawn within {self._patience:.0f} seconds."
        except Exception as error:
            LOG.exception("The first page could not be drawn (%s).", type(error).__name__)
            return f"The first page could not be drawn ({type(error).__name__})."
        return page.problem()


class Page:
    """What a session is sent: a client of Streamlit's runtime without a network."""

    client_context = None

    def __init__(self) -> None:
        self._elements = list[str]()
        self._status: int | None = None
        self.finished = asyncio.Event()

    def write_forward_msg(self, message: ForwardMsg) -> None:
        """Note the kinds of elements that are drawn, and how the run ended."""
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._elements.append(message.delta.new_element.WhichOneof("type") or "")
        elif kind == "script_finished":
            self._status = message.script_finished
            self.finished.set()

    def problem(self) -> str:
        """Return what is wrong with the page, empty where it was drawn whole."""
        if self._status != ForwardMsg.FINISHED_SUCCESSFULLY or "exception" in self._elements:
            return "The script of the first page failed. The log says why."
        return "" if "html" in self._elements else "The first page was drawn empty."


async def first_page(runtime: Any) -> Page:
    """Open a session, wait until its first page is drawn, and close it.

    `runtime` is Streamlit's `Runtime`, which must have been started in this event loop.
    """
    page = Page()
    session_id = runtime.connect_session(client=page, user_info={})
    try:
        question = BackMsg()
        question.rerun_script.query_string = ""
        runtime.handle_backmsg(session_id, question)
        await page.finished.wait()
    finally:
        runtime.close_session(session_id)
    return page
