"""One reader's tab without a browser: it speaks Streamlit's protocol over a WebSocket as the front end does.

    async with Tab.at("http://127.0.0.1:8501", "/sex", "crime_type=DA") as tab:
        answer = await tab.load()
        answer = await tab.choose("measure", "Share")

What is sent was copied from what Chromium sends: the address, the values of every control on the page by its label, and the
page's hash. What comes back is read until the run has finished, and must be a page: a heading, and nothing that went wrong.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.protocol import State

HERE: Final = "127.0.0.1"
OUTSIDE: Final = "http://127.0.0.1"
"""The address that readers see, which pages repeat in their links: one for every replica, as behind a proxy."""

PATIENCE: Final = 30.0
"""Seconds after which a reader has gone: an answer later than that is none."""

TRY_AGAIN: Final = 0.5
"""Seconds between two attempts of a reader whose socket was lost."""

CHOSEN: Final = "choose_"
"""What the key of every filter begins with."""

TOLD: Final = frozenset({"html", "plotly_chart"})
"""Kinds of element that say the figures."""

ALARMS: Final = frozenset({"exception", "alert"})


class LoadError(Exception):
    """A reader was not answered, or not with a page."""


class NotHereError(LoadError):
    """The load would have gone to another machine."""


class LostError(LoadError):
    """The socket of a reader was closed, by the site or on the way to it."""


@dataclass(frozen=True)
class Answer:
    """A page as it was drawn: its address's query, how long it took in seconds, and what it weighed.

    `shows` is the same for two answers that say the same.
    """

    query: str
    seconds: float
    messages: int
    size: int
    shows: str


@dataclass
class Choice:
    """A control on the page: the id that this page gives it, what can be chosen, and what is."""

    widget_id: str
    options: tuple[str, ...]
    value: str


@dataclass
class _Drawing:
    """What has come so far of one run."""

    messages: int = 0
    size: int = 0
    headings: int = 0
    told: dict[tuple[int, ...], str] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)

    def shows(self) -> str:
        return hashlib.blake2b(
            "".join(self.told[at] for at in sorted(self.told)).encode(), digest_size=8
        ).hexdigest()


def local(address: str) -> str:
    """Return the host and port of a site on this machine.

    Raises:
        NotHereError: it is on another: load is for one's own machine only.
    """
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname != HERE:
        raise NotHereError(f"{address} is not on this machine: load only goes to http://{HERE}.")
    return parts.netloc


class Tab:
    """One page open in one session. Not for two tasks at once."""

    def __init__(
        self, path: str, query: str, socket: ClientConnection, address: str = "", reader: str = ""
    ) -> None:
        self._socket = socket
        self._address, self._reader = address, reader
        self.path = path
        self._page_hash = ""
        self._kept: dict[str, ForwardMsg] = {}
        self.query = query
        self.choices: dict[str, Choice] = {}

    @classmethod
    async def at(cls, address: str, path: str, query: str = "", reader: str = "") -> Tab:
        """Return a tab with its socket open and nothing asked yet. `reader` is the address that a proxy here takes it for.

        Raises:
            NotHereError: the address is on another machine.
            LoadError: the site does not take the socket.
        """
        return cls(path, query, await _opened(address, path, reader), address, reader)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Close the tab."""
        await self._socket.close()

    @property
    def is_open(self) -> bool:
        """Whether the socket is open, as far as is known on this side."""
        return self._socket.state is State.OPEN

    async def again(self) -> Answer:
        """Come back to the same address in a new session, as the front end does, and return what was drawn.

        Raises:
            LoadError: no socket opened in time, nothing came, or what came was no page.
        """
        until = time.monotonic() + PATIENCE
        while not self.is_open:
            try:
                self._socket = await _opened(self._address, self.path, self._reader)
            except LoadError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(TRY_AGAIN)
        self._page_hash = ""
        self._kept.clear()
        self.choices.clear()
        return await self._ask()

    async def load(self) -> Answer:
        """Ask for the page as a browser does that has just opened it, and return what was drawn.

        Raises:
            LoadError: nothing came in time, or it was no page.
        """
        return await self._ask()

    async def choose(self, name: str, option: str) -> Answer:
        """Change one filter and return what was drawn.

        Raises:
            LoadError: the page has no such choice, nothing came in time, or what came was no page or did not choose it.
        """
        choice = self.choices.get(name)
        if choice is None or option not in choice.options:
            raise LoadError(f"{self.path} does not offer this choice of {name}.")
        choice.value = option
        answer = await self._ask()
        if self.choices[name].value != option:
            raise LoadError(f"{self.path} was drawn without the {name} that was chosen.")
        return answer

    def _question(self) -> bytes:
        question = BackMsg()
        state = question.rerun_script
        state.query_string = self.query
        state.page_script_hash = self._page_hash
        if not self._page_hash:
            state.page_name = self.path.strip("/")
        state.widget_states.SetInParent()
        for choice in self.choices.values():
            state.widget_states.widgets.add(id=choice.widget_id, string_value=choice.value)
        state.cached_message_hashes.extend(self._kept)
        about = state.context_info
        about.timezone, about.timezone_offset, about.locale = "UTC", 0, "en-GB"
        about.url, about.is_embedded, about.color_scheme = OUTSIDE + self.path, False, "light"
        return bytes(question.SerializeToString())

    async def _ask(self) -> Answer:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send(self._question())
                drawing = await self._drawn()
        except TimeoutError as error:
            raise LoadError(f"{self.path} was not drawn in {PATIENCE:.0f} seconds.") from error
        except ConnectionClosed as error:
            raise LostError(f"The socket of {self.path} was closed.") from error
        seconds = time.perf_counter() - start
        if drawing.alarms or not drawing.headings:
            raise LoadError(
                f"{self.path} was not drawn: {', '.join(drawing.alarms) or 'it has no heading'}."
            )
        return Answer(self.query, seconds, drawing.messages, drawing.size, drawing.shows())

    async def _drawn(self) -> _Drawing:
        """Read until the run has finished, as the front end does: a run that was cut short for another one goes on."""
        drawing, choices = _Drawing(), dict[str, Choice]()
        while True:
            payload = await self._socket.recv(decode=False)
            message = self._whole(ForwardMsg.FromString(payload))
            drawing.messages += 1
            drawing.size += len(payload)
            kind = message.WhichOneof("type")
            if kind == "delta":
                _draw(message, drawing, choices)
            elif kind == "navigation":
                self._page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind in {"page_not_found", "session_event"}:
                drawing.alarms.append(kind)
            elif (
                kind == "script_finished"
                and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    drawing.alarms.append("the script failed")
                self.choices = choices
                return drawing

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """Return a message itself where it only names one that was sent before, and keep those that may be named."""
        if message.WhichOneof("type") == "ref_hash":
            if message.ref_hash not in self._kept:
                raise LoadError(f"{self.path} names a message that was never sent.")
            whole = ForwardMsg()
            whole.CopyFrom(self._kept[message.ref_hash])
            whole.metadata.CopyFrom(message.metadata)
            return whole
        if message.metadata.cacheable:
            self._kept[message.hash] = message
        return message


async def _opened(address: str, path: str, reader: str) -> ClientConnection:
    host, _, port = local(address).partition(":")
    try:
        return await connect(
            f"ws://{HERE}/_stcore/stream",
            host=host,
            port=int(port),
            subprotocols=["streamlit"],  # type: ignore[list-item]  # a NewType of str
            additional_headers={"Origin": OUTSIDE}
            | ({"X-Forwarded-For": reader} if reader else {}),
            compression=None,
            max_size=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            proxy=None,
        )
    except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, ValueError) as error:
        raise LoadError(f"The socket of {path} did not open ({type(error).__name__}).") from error


def _draw(message: ForwardMsg, drawing: _Drawing, choices: dict[str, Choice]) -> None:
    if message.delta.WhichOneof("type") != "new_element":
        return
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind in TOLD:
        drawing.told[tuple(message.metadata.delta_path)] = message.hash
        drawing.headings += element.html.body.startswith("<h1")
    elif kind in {"radio", "selectbox"}:
        control = getattr(element, kind)
        name = control.id.rpartition(CHOSEN)[2]
        choices[name] = Choice(control.id, tuple(control.options), _value(control))
    elif kind in ALARMS:
        drawing.alarms.append(f"it shows an {kind}")


def _value(control: Any) -> str:
    """Return what a radio or select box shows: what the site has set, or what it begins with."""
    value: str = control.raw_value if control.set_value else control.options[control.default]
    return value


def offered(tab: Tab) -> Mapping[str, tuple[str, ...]]:
    """Return what can be chosen on a page, by the name of the filter; the choice of a release is left alone."""
    return {name: choice.options for name, choice in tab.choices.items() if name != "release"}
