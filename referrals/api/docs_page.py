"""The API for people: one plain page of HTML without scripts, made from the same lists as the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from referrals.api.cells import MOST_CELLS
from referrals.api.downloads import DOWNLOADS
from referrals.api.formats.feeds import FEEDS
from referrals.api.problems import DOCUMENTED, KINDS
from referrals.api.request import Parameter, Question
from referrals.api.resource import BASE, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.reference import statuses
from referrals.release.release import Release
from referrals.web.shell.html import LEAVING

EXAMPLES: Final = (
    f"{BASE}/releases/latest/cells?crime_type=DA&format=csv",
    f"{BASE}/releases/latest/cells?sex=F&sex=M&crime_type=_T&age_band=_T&nationality=_T&outcome=_T",
    f"{BASE}/releases/latest/statements?format=csv",
    "/releases/latest/SHA256SUMS",
)
STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#0b0c0c;background:#fff}"
    ".skip:not(:focus){position:absolute;clip-path:inset(50%)}header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem}"
    ".exit{margin-inline-start:auto;text-align:end}.exit small{display:block}"
    "code{overflow-wrap:anywhere}dt{margin-top:.6rem;font-weight:700}a{color:#12436d}"
    "@media(prefers-color-scheme:dark){body{color:#f3f2f1;background:#0b0c0c}a{color:#9cc3ea}}"
)
HEADER: Final = (
    '<header><a href="/">Victim referrals</a><div class="exit">'
    f'<a {LEAVING} aria-describedby="exit-about">Leave this page</a>'
    '<small id="exit-about">Opens the BBC weather page. It does not clear your browser’s history.</small></div></header>'
)


def page(question: Question) -> Content:
    """Return the page: every address with its parameters, every letter, and every problem with its place on the page."""
    published = question.release
    body = (
        f"<h1>The data for programs</h1><p>Every answer says of which release and of what status it is. Invented figures have "
        f"the status <code>illustrative</code>. Nothing needs a key. <a href='{BASE}'>The same as OpenAPI 3.1</a>. "
        "<a href='/releases'>Releases and downloads</a>.</p>"
        f"<h2>Try it</h2><ul>{_items(_linked(one) for one in EXAMPLES)}</ul>"
        f"<h2>Addresses</h2>{''.join(_address(one, published) for one in (*RESOURCES, *DOWNLOADS, *FEEDS))}"
        "<h2>What the letters mean</h2>"
        f"<dl>{_defined((f'<code>{letter}</code>', escape(meaning)) for letter, meaning in statuses.meanings().items())}</dl>"
        f"<p>A release says itself where it means another thing by a letter. An answer holds at most {MOST_CELLS:,} cells.</p>"
        f"<h2>Problems</h2><p>What is wrong is said as RFC 9457 describes.</p>{''.join(map(_problem, KINDS))}"
    )
    html = (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>The data for programs - Victim referrals</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head>'
        f'<body><a class="skip" href="#main">Skip to the main content</a>{HEADER}<main id="main">{body}</main></body></html>'
    )
    return Content(html.encode(), "text/html; charset=utf-8")


DOCS: Final = Resource(DOCUMENTED, "The API for people", "This page.", page, forms=())


def _address(resource: Resource, published: Release) -> str:
    formats = (
        f"<p>Formats: {', '.join(f'<code>format={form}</code>' for form in resource.forms)}.</p>"
    )
    takes = _defined(
        (f"<code>{one.name}</code>", _takes(one, published)) for one in resource.parameters
    )
    return (
        f"<h3><code>{escape(resource.path)}</code></h3><p>{_text(resource.says)}</p>"
        f"{formats if len(resource.forms) > 1 else ''}{f'<dl>{takes}</dl>' if takes else ''}"
    )


def _takes(parameter: Parameter, published: Release) -> str:
    if parameter.choices is None:
        return (
            f"{_text(parameter.says)} A whole number from {parameter.least} to {parameter.most:,}."
        )
    codes: Sequence[str] = [
        f"<code>{escape(code)}</code> {escape(label)}"
        for code, label in parameter.choices(published).items()
    ]
    return f"{_text(parameter.says)} In the published release: {'; '.join(codes)}."


def _problem(kind: str) -> str:
    status, title = KINDS[kind]
    return f'<h3 id="{kind}">{escape(title)}</h3><p>Status {status}. Its type ends in <code>{kind}</code>.</p>'


def _defined(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in pairs)


def _text(says: str) -> str:
    """Return a sentence of the description, in which backticks stand round code, as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(says))


def _items(items: Iterable[str]) -> str:
    return "".join(f"<li>{item}</li>" for item in items)


def _linked(address: str) -> str:
    return f'<a href="{escape(address)}"><code>{escape(address)}</code></a>'
