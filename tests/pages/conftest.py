"""The fixtures of page tests: the app, opened at a page as a browser opens it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from referrals.dashboard import session
from referrals.paths import ROOT

_TO_COPY = re.compile(r'<pre class="copy">(.*?)</pre>', re.DOTALL)


@dataclass(frozen=True)
class Reader:
    """A reader's session, with what it shows as text."""

    app: AppTest

    @property
    def html(self) -> list[str]:
        """The HTML elements of the page, in order, without the texts to copy, which repeat them."""
        return [_TO_COPY.sub("", body) for body in self.bodies]

    @property
    def to_copy(self) -> list[str]:
        """The texts to copy: for each card its text and its citation."""
        return [unescape(text) for text in _TO_COPY.findall("".join(self.bodies))]

    @property
    def text(self) -> str:
        """Everything on the page: error messages, HTML and texts to copy."""
        return "\n".join([*(str(part.value) for part in self.app.error), *self.html, *self.to_copy])

    @property
    def bodies(self) -> list[str]:
        """The HTML elements of the page as they are sent."""
        return [element.proto.body for element in self.app.get("html")]

    @property
    def address(self) -> dict[str, Any]:
        """The parameters in the address bar."""
        return dict(self.app.query_params)

    @property
    def controls(self) -> dict[str, Any]:
        """The controls of the page by the parameter that they set."""
        every = (*self.app.button_group, *self.app.selectbox, *self.app.multiselect)
        return {widget.key.rpartition("choose_")[2]: widget for widget in every}

    def choose(self, name: str, code: str) -> Reader:
        """Choose an option of one of the page's controls, as a click does.

        Several codes of the page's own dimension are separated by commas.
        """
        control = self.controls[name]
        codes = code.split(",") if code else []
        control.set_value(codes if isinstance(control.value, list) else code).run()
        return self


@pytest.fixture(scope="session", autouse=True)
def as_served() -> Iterator[None]:
    """Have AppTest run app.py as the server does: app.py switches the discovery of `pages/` off.

    That a server does so is tested in a browser
    (`test_a_new_server_draws_the_page_asked_for_first_within_the_frame`).
    """
    made = PagesManager.__init__

    def without_discovery(manager: PagesManager, *arguments: Any, **named: Any) -> None:
        PagesManager.uses_pages_directory = False
        made(manager, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PagesManager, "__init__", without_discovery)
        yield


@pytest.fixture(scope="session", autouse=True)
def published_alone() -> Iterator[None]:
    """Offer the published release alone, whatever other releases this checkout has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "others", tuple)
        yield


@pytest.fixture(scope="session")
def open_page() -> Callable[..., Reader]:
    """Open a page's script at an address, in a session of its own."""
    first = _session().run()

    def opened(script: str, address: Mapping[str, str | list[str]] | None = None) -> Reader:
        app = _session()
        # The same for every session, and a third of a second to find again.
        app._bidi_component_manager = first._bidi_component_manager
        app._registered_pages = first._registered_pages
        app.switch_page(script)
        for name, value in (address or {}).items():
            app.query_params[name] = value
        return Reader(app.run())

    return opened


@pytest.fixture(scope="session")
def page(open_page: Callable[..., Reader]) -> Callable[[str], Reader]:
    """A page as it is first shown, opened once for all tests that only read it."""
    return cache(open_page)


def _session() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
