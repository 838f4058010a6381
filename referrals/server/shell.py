"""The frame of every page, put round Streamlit's index.html by a middleware.

    app = st.App(__file__, middleware=[Middleware(Shell, heads=HEADS, site=SITE)], routes=routes())

Streamlit answers every address with the same empty page. The shell gives each page of ours its own title, description,
menu and exit button, answers 404 for every other address, and adds the headers of `policy` to every answer.
Answers that are not HTML pass through unread.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from referrals.server import markup, policy
from referrals.server.answers import Gate, Page
from referrals.server.assets import routes
from referrals.server.heads import PageHead, page_title

__all__ = ["PageHead", "Shell", "page_title", "routes"]

# With these, Streamlit would answer with a part of its own file, a compressed one, or none.
ABOUT_THE_FILE = {b"accept-encoding", b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"range"}


class Shell:
    """Middleware that frames the pages it is given and refuses the addresses that are nobody's."""

    def __init__(self, app: ASGIApp, *, heads: Iterable[PageHead], site: str, noscript_html: str = "") -> None:
        self._app = app
        self._heads = {head.path: head for head in heads}
        self._site = site
        self._noscript_html = noscript_html
        self._index = ""
        self._pages: dict[str, Page] = {}
        self._not_found = Page(markup.not_found(tuple(self._heads.values()), site), policy.DEFAULT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app would, with Streamlit's page framed and our headers on everything."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        gate = Gate(send, without_body=scope["method"] == "HEAD")
        await self._app(self._question(scope), receive, gate)
        if markup.ROOT in gate.held_html:
            page, status = self._framed(scope["path"], gate.held_html)
            await page.response(Headers(scope=scope), status=status)(scope, receive, gate.let_through)
        elif gate.holds_html:
            await gate.release()

    def _question(self, scope: Scope) -> Scope:
        """Return what to ask of the app: for one of our pages, the whole of its index.html, plain."""
        if scope["method"] not in {"GET", "HEAD"}:
            return scope
        question = {**scope, "method": "GET", "extensions": {}}  # a file sent by the server itself could not be framed
        if scope["path"] in self._heads:
            question["headers"] = [item for item in scope["headers"] if item[0].lower() not in ABOUT_THE_FILE]
        return question

    def _framed(self, path: str, index: str) -> tuple[Page, int]:
        """Return the page of an address, made once for each index.html, or the one that says there is none."""
        head = self._heads.get(path)
        if head is None:
            return self._not_found, 404
        if index != self._index:
            self._index, self._pages = index, {}
        if path not in self._pages:
            html = markup.page(index, head, tuple(self._heads.values()), self._site, self._noscript_html)
            self._pages[path] = Page(html, policy.content_security_policy(index))
        return self._pages[path], 200
