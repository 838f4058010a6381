"""The HTML around Streamlit: head, bar, menu and exit of each page, and the page for an address that does not exist."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from referrals.errors import ReferralsError
from referrals.page_meta import PageHead, Version, by_section, page_title
from referrals.web.static.assets import asset

HARMLESS = "https://www.bbc.co.uk/weather"
LEAVING = f'href="{HARMLESS}" target="_top" rel="noreferrer"'
"""Where each link that leaves leads to: out of the page of another site as well, which would stay in view round ours."""
CURRENT_SECTION, CURRENT_PAGE = ' aria-current="true"', ' aria-current="page"'
UNUSED = "preload|service-desc|shortcut icon"
ASKED = ("/_stcore/health", "/_stcore/host-config")
"""What Streamlit asks for, and waits for, before it opens its socket."""
STYLESHEET = r'<link[^>]*rel="stylesheet"[^>]*>'
ROOT = '<div id="root"></div>'
NOWHERE = PageHead("", "Page not found", "There is no page at this address.")


@dataclass(frozen=True)
class Frame:
    """What is the same round every page: all the pages, the name of the site, and its other versions."""

    heads: Sequence[PageHead]
    site: str
    versions: Sequence[Version] = ()


def page(
    index: str, head: PageHead, frame: Frame, noscript_html: str, scripts: Iterable[str] = ()
) -> str:
    """Return Streamlit's index.html with the head and the frame of one page, readable before any script has run.

    `scripts` are the names of those of Streamlit's that it will ask for besides the ones that its index.html names.
    """
    waiting = (
        f"<h1>{escape(head.title)}</h1><p>{escape(head.description)}</p>"
        f'<p class="vr-loading">Loading the figures…</p><noscript>{noscript_html}</noscript>'
    )
    text = index.replace('="./', '="/')
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(rf'\s*<link[^>]*rel="({UNUSED})"[^>]*>', "", text)
    # Streamlit's stylesheet is for formulas; at the end of the body nothing has to wait for it.
    late = "".join(re.findall(STYLESHEET, text))
    text = re.sub(STYLESHEET, "", text)
    body = _body(f'<div id="root">{_main(waiting)}</div>', head, frame, late)
    text = _replace(r"<html[^>]*>", '<html lang="en-GB" dir="ltr">', text)
    text = _replace(r"<title>.*?</title>", _head(head, frame) + _known_by(head, frame), text)
    text = _replace("</head>", _early(text, scripts) + "</head>", text)
    return _replace(r"<body>.*</body>", body, text).strip()


def not_found(frame: Frame) -> str:
    """Return the page for an address that is not one of ours, with the ways on from it."""
    known = {head.path: head for head in frame.heads}
    ways = [known[path] for path in ("/", "/safeguarding") if path in known]
    items = "".join(
        f'<li><a href="{escape(way.path)}">{escape(way.title)}</a></li>' for way in ways
    )
    words = (
        "<h1>Page not found</h1>"
        "<p>There is no page at this address. If you typed it, check that it is right. "
        "If you followed a link, the page may have moved.</p>"
        f"<p>You can go on to:</p><ul>{items}</ul>"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en-GB" dir="ltr"><head><meta charset="UTF-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{_head(NOWHERE, frame)}</head>{_body(_main(words), NOWHERE, frame)}</html>"
    )


def _early(index: str, scripts: Iterable[str]) -> str:
    """Return the links by which a browser fetches two answers, and scripts, before it is asked for them; none a second time."""
    asked = "".join(f'<link rel="preload" as="fetch" crossorigin href="{one}">' for one in ASKED)
    addresses = (f"/static/js/{name}" for name in scripts)
    return asked + "".join(
        f'<link rel="modulepreload" crossorigin href="{one}">'
        for one in addresses
        if f'"{one}"' not in index
    )


def _head(head: PageHead, frame: Frame) -> str:
    titles = json.dumps({head.path: head.title for head in frame.heads})
    return (
        f"<title>{escape(page_title(head, frame.site))}</title>"
        f'<meta name="description" content="{escape(head.description)}">'
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{asset("shell.js").address}" data-exit="{HARMLESS}"'
        f' data-site="{escape(frame.site)}" data-titles="{escape(titles)}"></script>'
        f'<link rel="stylesheet" href="{asset("shell.css").address}">'
        f'<link rel="icon" type="image/svg+xml" href="{asset("logo.svg").address}">'
    )


def _known_by(head: PageHead, frame: Frame) -> str:
    """Return under which address search engines are to list a page, and where it is in other languages.

    They do not open sockets, so that all they find here is the frame: what has less to load holds the words in its HTML.
    """
    return "".join(
        f'<link {_kind(one.language)} href="{escape(one.base + address)}">'
        for one in frame.versions
        if (address := one.of(head.path))
    )


def _kind(language: str) -> str:
    return f'rel="alternate" hreflang="{escape(language)}"' if language else 'rel="canonical"'


def _body(content: str, head: PageHead, frame: Frame, late: str = "") -> str:
    return (
        '<body><a class="vr-skip" href="#stMain" data-vr-skip>Skip to the main content</a>'
        f"{_header(head, frame)}{content}"
        '<p class="vr-unseen" id="vr-status" role="status"></p><p class="vr-print-end"></p>'
        f"{_exit()}{late}</body>"
    )


def _main(content: str) -> str:
    return f'<main class="vr-static" id="stMain" tabindex="-1">{content}</main>'


def _header(head: PageHead, frame: Frame) -> str:
    """Return the bar at the top: wordmark, other versions, menu button, and the sections where there is room for them."""
    sections = by_section(frame.heads)
    here = head.section
    tops = "".join(
        f'<li><a href="{escape(pages[0].path)}"{CURRENT_SECTION if name == here else ""}>{escape(name)}</a></li>'
        for name, pages in sections.items()
    )
    wordmark = escape(frame.site.partition(":")[0])
    return (
        '<header class="vr-bar">'
        f'<a class="vr-skip" {LEAVING} data-vr-exit>Leave this page</a>'
        f'<a class="vr-wordmark" href="/"><span class="vr-mark" aria-hidden="true"></span>{wordmark}</a>'
        f"{_versions(head, frame)}"
        '<button class="vr-menu" type="button" aria-expanded="false" aria-controls="vr-nav">Menu</button>'
        f'<nav class="vr-sections" aria-label="Sections"><ul>{tops}</ul></nav></header>'
        f'<nav id="vr-nav" aria-label="Pages">{_groups(sections, head.path, here)}</nav>'
    )


def _versions(head: PageHead, frame: Frame) -> str:
    """Return the links to this page in its other forms, each hidden where it has none: the script leads them to the next."""
    links = "".join(_version(one, head.path) for one in frame.versions)
    return f'<p class="vr-versions">{links}</p>' if links else ""


def _version(version: Version, path: str) -> str:
    address = version.of(path)
    return (
        f'<a href="{escape(address or version.of("/"))}" data-vr-pages="{escape(json.dumps(dict(version.pages)))}"'
        f"{_in_language(version.language)}{'' if address else ' hidden'}>{escape(version.name)}</a>"
    )


def _in_language(language: str) -> str:
    return f' lang="{escape(language)}" hreflang="{escape(language)}"' if language else ""


def _groups(sections: Mapping[str, Sequence[PageHead]], path: str, here: str) -> str:
    """Return every page under the heading of its section; a wide screen shows the section one is in."""
    return "".join(
        f'<div class="vr-group"{" data-current" if name == here else ""}><p id="vr-group-{number}">{escape(name)}</p>'
        f'<ul aria-labelledby="vr-group-{number}">{_links(pages, path)}</ul></div>'
        for number, (name, pages) in enumerate(sections.items())
    )


def _links(pages: Sequence[PageHead], path: str) -> str:
    return "".join(
        f'<li><a href="{escape(head.path)}"{CURRENT_PAGE if head.path == path else ""}>{escape(head.name)}</a></li>'
        for head in pages
    )


def _exit() -> str:
    return (
        '<aside id="vr-exit" aria-label="Leave this page">'
        f'<a {LEAVING} data-vr-exit aria-describedby="vr-exit-about">Leave this page</a>'
        '<p class="vr-unseen" id="vr-exit-about">Opens the BBC weather page in place of this one. '
        "You can also press Shift three times. It does not clear your browser’s history.</p>"
        '<p id="vr-exit-count" role="status"></p></aside>'
    )


def _replace(pattern: str, replacement: str, text: str) -> str:
    """Return the text with the one match replaced, or refuse a Streamlit whose index.html has another shape."""
    found = re.findall(pattern, text, flags=re.DOTALL)
    if len(found) != 1:
        raise ReferralsError(
            f"Streamlit's index.html: {pattern} occurs {len(found)} times, not once. "
            "This Streamlit is not the one in requirements.lock; see referrals/web/shell/html.py."
        )
    return text.replace(found[0], replacement)
