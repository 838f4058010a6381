"""The frame of every page, put round Streamlit's index.html by a middleware.

    app = st.App(__file__, middleware=[Middleware(Shell, heads=HEADS, site=SITE, noscript_html=figures)], routes=routes())

Streamlit answers every address with the same empty page. The shell gives each page of ours its own title, description,
menu and exit button, answers 404 for every other address, and adds the headers of `policy` to every answer.
Answers that are not HTML pass through unread.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from referrals.page_meta import PageHead, Version, page_title
from referrals.web.http import security_headers
from referrals.web.shell import html as shell_html
from referrals.web.shell import preload
from referrals.web.shell.response import Gate, Page
from referrals.web.static import precompress
from referrals.web.static.assets import routes

__all__ = ["PageHead", "Shell", "Version", "page_title", "routes"]

FILES = ("/media/", "/static/")
# With these, Streamlit would answer with a part of its own file, a compressed one, or none.
ABOUT_THE_FILE = {
    b"accept-encoding",
    b"if-match",
    b"if-modified-since",
    b"if-none-match",
    b"if-range",
    b"range",
}


def _nothing(_: str) -> str:
    return ""


def _none() -> Sequence[Version]:
    return ()


class Shell:
    """Middleware that frames the pages it is given and refuses the addresses that are nobody's.

    `noscript_html` returns what the page at a path shows a browser that runs no script, and `versions` the other forms of the
    pages, which each is linked with. Both are asked each time, so that a new release is in the next page that is opened.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        heads: Iterable[PageHead],
        site: str,
        noscript_html: Callable[[str], str] = _nothing,
        versions: Callable[[], Sequence[Version]] = _none,
    ) -> None:
        self._app = app
        self._heads = {head.path: head for head in heads}
        self._frame = shell_html.Frame(tuple(self._heads.values()), site)
        self._noscript_html = noscript_html
        self._versions = versions
        self._pages: dict[str, tuple[tuple[object, ...], Page]] = {}
        self._not_found = Page(shell_html.not_found(self._frame), security_headers.DEFAULT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app would, with Streamlit's page framed and our headers on everything."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        gate = Gate(send, without_body=scope["method"] == "HEAD")
        await self._app(self._question(scope), receive, gate)
        if shell_html.ROOT in gate.held_html:
            # In a thread: after a new release the page is made and compressed anew, and the process is alive meanwhile.
            answer = await run_in_threadpool(self._answer, scope, gate.held_html)
            await answer(scope, receive, gate.let_through)
        elif gate.holds_html:
            await gate.release()

    def _question(self, scope: Scope) -> Scope:
        """Return what to ask of the app: of anything but a file, the whole of its index.html, plain."""
        if scope["method"] not in {"GET", "HEAD"}:
            return scope
        question = {
            **scope,
            "method": "GET",
            "extensions": {},
        }  # a file sent by the server itself could not be framed
        if not scope["path"].startswith(FILES):
            question["headers"] = [
                item for item in scope["headers"] if item[0].lower() not in ABOUT_THE_FILE
            ]
        return question

    def _answer(self, scope: Scope, index: str) -> Response:
        page, status = self._framed(scope["path"], index)
        return page.response(Headers(scope=scope), status=status)

    def _framed(self, path: str, index: str) -> tuple[Page, int]:
        """Return the page of an address, made again only when a part of it has changed, or the one that says there is none."""
        head = self._heads.get(path)
        if head is None:
            return self._not_found, 404
        noscript_html, versions = self._noscript_html(path), self._versions()
        parts = (index, noscript_html, versions)
        made_of, page = self._pages.get(path, (None, None))
        if page is None or made_of != parts:
            html = shell_html.page(
                index, head, replace(self._frame, versions=versions), noscript_html, _scripts(head)
            )
            page = Page(html, security_headers.content_security_policy(index))
            self._pages[path] = (parts, page)
        return page, 200


def _scripts(head: PageHead) -> tuple[str, ...]:
    """Return the names of the scripts of Streamlit's that draw a page."""
    stems = preload.ALWAYS + preload.CHARTS if head.draws_charts else preload.ALWAYS
    return preload.needed(precompress.folder() / "js", stems)
