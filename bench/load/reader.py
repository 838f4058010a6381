"""A simulated browser tab that speaks Streamlit's protocol over a WebSocket.

    async with Tab.at("http://127.0.0.1:8501", "/sex", "crime_type=DA") as tab:
        answer = await tab.load()
        answer = await tab.choose("measure", "Share")

It sends the same as Chromium: the address, the value of every widget, and the page's hash. It reads
until the script run has finished and checks that a page was drawn: a heading and no exception.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.protocol import State
from websockets.typing import Subprotocol

LOCALHOST: Final = "127.0.0.1"
PUBLIC_ORIGIN: Final = "http://127.0.0.1"
"""The public address, which pages repeat in links: the same for every replica, as with a proxy."""

PATIENCE: Final = 30.0
"""Seconds after which an answer counts as missing."""

RETRY_INTERVAL: Final = 0.5
"""Seconds between two attempts to reconnect."""

KEY_PREFIX: Final = "choose_"
"""The beginning of every filter's widget key."""

CHANGING: Final = frozenset({"release", "view"})
"""Controls on which it depends what other controls the page has."""

SEGMENTED: Final = "button_group"
CONTROL_KINDS: Final = frozenset({"radio", "selectbox", SEGMENTED})

CONTENT_KINDS: Final = frozenset({"html", "plotly_chart"})
"""Kinds of element that contain figures."""

SUCCESSES: Final = frozenset(
    {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
)
"""The results of a run of the whole script, or of a fragment, that drew its page."""

FAULT_KINDS: Final = frozenset({"exception", "alert"})


class LoadError(Exception):
    """A reader got no answer, or not a page."""


class RemoteAddressError(LoadError):
    """The address is on another machine."""


class LostError(LoadError):
    """A reader's socket was closed."""


@dataclass(frozen=True)
class Answer:
    """A drawn page: its query, seconds, messages and bytes. `digest` is that of its content."""

    query: str
    seconds: float
    messages: int
    size: int
    digest: str


@dataclass
class Choice:
    """A control of the page: its widget id, options and value.

    `is_segmented` is whether its options lie side by side: Streamlit sends those as a list.
    `fragment` is the id of the part of the script that a change runs again, '' for all of it.
    """

    widget_id: str
    options: tuple[str, ...]
    value: str
    is_segmented: bool = False
    fragment: str = ""


@dataclass
class _Drawing:
    """The messages of one script run so far."""

    messages: int = 0
    size: int = 0
    headings: int = 0
    content: dict[tuple[int, ...], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def digest(self) -> str:
        hashes = "".join(self.content[path] for path in sorted(self.content))
        return hashlib.blake2b(hashes.encode(), digest_size=8).hexdigest()


def local_host(address: str) -> str:
    """Return the host and port of a site on this machine.

    Raises:
        RemoteAddressError: it is on another machine, which must not be load-tested.
    """
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname != LOCALHOST:
        raise RemoteAddressError(
            f"{address} is not on this machine: load only goes to http://{LOCALHOST}."
        )
    return parts.netloc


class Tab:
    """One page in one session, for one task at a time."""

    def __init__(
        self, path: str, query: str, socket: ClientConnection, address: str = "", reader: str = ""
    ) -> None:
        self._socket = socket
        self._address, self._reader = address, reader
        self.path = path
        self._page_hash = ""
        self._cached_messages: dict[str, ForwardMsg] = {}
        self.query = query
        self.choices: dict[str, Choice] = {}

    @classmethod
    async def at(cls, address: str, path: str, query: str = "", reader: str = "") -> Tab:
        """Return a tab with an open socket. `reader` is the IP address it gives to a local proxy.

        Raises:
            RemoteAddressError: the address is on another machine.
            LoadError: the site refuses the socket.
        """
        return cls(path, query, await _opened(address, path, reader), address, reader)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Close the tab."""
        await self._socket.close()

    @property
    def is_open(self) -> bool:
        """Return whether the socket is open, as known on this side."""
        return self._socket.state is State.OPEN

    async def reopen(self) -> Answer:
        """Reopen the same address in a new session, as the front end does, and return the answer.

        Raises:
            LoadError: no socket opened in time, or no page was drawn.
        """
        until = time.monotonic() + PATIENCE
        while not self.is_open:
            try:
                self._socket = await _opened(self._address, self.path, self._reader)
            except LoadError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(RETRY_INTERVAL)
        self._page_hash = ""
        self._cached_messages.clear()
        self.choices.clear()
        return await self._ask()

    async def load(self) -> Answer:
        """Request the page as a browser that has just opened it, and return the answer.

        Raises:
            LoadError: no page was drawn in time.
        """
        return await self._ask()

    async def choose(self, name: str, option: str) -> Answer:
        """Change one filter and return the answer.

        Raises:
            LoadError: there is no such option, or no page with it was drawn in time.
        """
        choice = self.choices.get(name)
        if choice is None or option not in choice.options:
            raise LoadError(f"{self.path} does not offer this choice of {name}.")
        query, is_new = self.query, choice.value != option
        choice.value = option
        answer = await self._ask(choice.fragment)
        is_in_address = self.query != query or not is_new
        if self.choices[name].value != option or not is_in_address:
            raise LoadError(f"{self.path} was drawn without the {name} that was chosen.")
        return answer

    def _request(self, fragment: str = "") -> bytes:
        request = BackMsg()
        state = request.rerun_script
        state.fragment_id = fragment
        state.query_string = self.query
        state.page_script_hash = self._page_hash
        if not self._page_hash:
            state.page_name = self.path.strip("/")
        state.widget_states.SetInParent()
        for choice in self.choices.values():
            sent = state.widget_states.widgets.add(id=choice.widget_id)
            if choice.is_segmented:
                sent.string_array_value.data.append(choice.value)
            else:
                sent.string_value = choice.value
        state.cached_message_hashes.extend(self._cached_messages)
        about = state.context_info
        about.timezone, about.timezone_offset, about.locale = "UTC", 0, "en-GB"
        about.url, about.is_embedded, about.color_scheme = PUBLIC_ORIGIN + self.path, False, "light"
        return bytes(request.SerializeToString())

    async def _ask(self, fragment: str = "") -> Answer:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send(self._request(fragment))
                drawing = await self._drawn()
        except TimeoutError as error:
            raise LoadError(f"{self.path} was not drawn in {PATIENCE:.0f} seconds.") from error
        except ConnectionClosed as error:
            raise LostError(f"The socket of {self.path} was closed.") from error
        seconds = time.perf_counter() - start
        if drawing.faults or not drawing.headings:
            raise LoadError(
                f"{self.path} was not drawn: {', '.join(drawing.faults) or 'it has no heading'}."
            )
        return Answer(self.query, seconds, drawing.messages, drawing.size, drawing.digest())

    async def _drawn(self) -> _Drawing:
        """Read until the run has finished, including any rerun that interrupted it."""
        drawing, choices = _Drawing(), dict[str, Choice]()
        while True:
            payload = await self._socket.recv(decode=False)
            message = self._resolved(ForwardMsg.FromString(payload))
            drawing.messages += 1
            drawing.size += len(payload)
            kind = message.WhichOneof("type")
            if kind == "delta":
                _draw(message, drawing, choices, self.choices)
            elif kind == "navigation":
                self._page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind in {"page_not_found", "session_event"}:
                drawing.faults.append(kind)
            elif (
                kind == "script_finished"
                and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                if message.script_finished not in SUCCESSES:
                    drawing.faults.append("the script failed")
                self.choices = choices
                return drawing

    def _resolved(self, message: ForwardMsg) -> ForwardMsg:
        """Return a message, from the cache if it only refers to one sent before."""
        if message.WhichOneof("type") == "ref_hash":
            if message.ref_hash not in self._cached_messages:
                raise LoadError(f"{self.path} refers to a message that was never sent.")
            resolved = ForwardMsg()
            resolved.CopyFrom(self._cached_messages[message.ref_hash])
            resolved.metadata.CopyFrom(message.metadata)
            return resolved
        if message.metadata.cacheable:
            self._cached_messages[message.hash] = message
        return message


async def _opened(address: str, path: str, reader: str) -> ClientConnection:
    host, _, port = local_host(address).partition(":")
    headers = {"Origin": PUBLIC_ORIGIN}
    if reader:
        headers["X-Forwarded-For"] = reader
    try:
        return await connect(
            f"ws://{LOCALHOST}/_stcore/stream",
            host=host,
            port=int(port),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=headers,
            compression=None,
            max_size=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            proxy=None,
        )
    except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, ValueError) as error:
        raise LoadError(f"The socket of {path} did not open ({type(error).__name__}).") from error


def _draw(
    message: ForwardMsg,
    drawing: _Drawing,
    choices: dict[str, Choice],
    before: Mapping[str, Choice],
) -> None:
    if message.delta.WhichOneof("type") != "new_element":
        return
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind in CONTENT_KINDS:
        drawing.content[tuple(message.metadata.delta_path)] = message.hash
        drawing.headings += element.html.body.startswith("<h1")
    elif kind in CONTROL_KINDS:
        control = getattr(element, kind)
        if kind == SEGMENTED and control.click_mode == control.MULTI_SELECT:
            return  # a comparison, which our readers leave alone
        name = control.id.rpartition(KEY_PREFIX)[2]
        choice = _choice(control, before.get(name), is_segmented=kind == SEGMENTED)
        choices[name] = replace(choice, fragment=message.delta.fragment_id)
    elif kind in FAULT_KINDS:
        drawing.faults.append(f"it shows an {kind}")


def _choice(control: Any, before: Choice | None, *, is_segmented: bool) -> Choice:
    """Return a control with its value.

    A browser keeps the value of a control that it has drawn before, unless the site sets another.
    """
    options = tuple(option.content if is_segmented else option for option in control.options)
    if control.set_value:
        value = control.raw_values[0] if is_segmented else control.raw_value
    elif before and before.widget_id == control.id:
        value = before.value
    else:
        value = options[control.default[0] if is_segmented else control.default]
    return Choice(control.id, options, value, is_segmented)


def offered(tab: Tab) -> Mapping[str, tuple[str, ...]]:
    """Return the options of a page's controls by name, without those that change the others."""
    return {name: choice.options for name, choice in tab.choices.items() if name not in CHANGING}
