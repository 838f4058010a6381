"""The parts of Streamlit's index.html that our pages keep: its meta tags and scripts.

`html.page` puts them into a template of ours. The file is parsed rather than edited, and an unknown
tag is an error, so that a new Streamlit cannot lose a part unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from markupsafe import Markup

from referrals.errors import ReferralsError

ROOT: Final = '<div id="root"></div>'
"""The element in which Streamlit draws. It distinguishes its index.html from other HTML."""

REPLACED: Final = frozenset({"html", "head", "title", "body", "div"})
"""Elements that our template replaces."""

UNUSED_LINKS: Final = frozenset({"preload", "service-desc", "shortcut icon", "stylesheet"})
"""Links to a font that we do not use, to the closed agent API, to Streamlit's icon, and to the
stylesheet of formulas, which Streamlit requests by itself before it draws one."""


@dataclass(frozen=True)
class StreamlitIndex:
    """Tags of index.html by kind, each in the order of the file. Module preloads are scripts."""

    meta: Markup
    scripts: Markup


def parse(index: str) -> StreamlitIndex:
    """Return the tags of an index.html, their addresses made absolute.

    Raises:
        ReferralsError: the structure of the file is not that of the Streamlit we know.
    """
    parser = _IndexParser()
    parser.feed(index.replace('="./', '="/'))
    parser.close()
    missing = [kind for kind, tags in parser.tags.items() if not tags]
    if missing or parser.unknown or index.count(ROOT) != 1:
        unexpected = [f"no {kind}" for kind in missing] + parser.unknown
        raise ReferralsError(
            "Streamlit's index.html has an unexpected structure "
            f"({', '.join(unexpected) or 'no root'}). "
            "This Streamlit is not the one in requirements.lock; "
            "see referrals/web/shell/streamlit_index.py."
        )
    kinds = {kind: Markup("\n".join(tags)) for kind, tags in parser.tags.items()}  # noqa: S704
    return StreamlitIndex(**kinds)


class _IndexParser(HTMLParser):
    """Sorts the tags of an index.html by kind, as they are written in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: dict[str, list[str]] = {"meta": [], "scripts": []}
        self.unknown: list[str] = []
        self._script: str | None = None
        self._is_in_noscript = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if self._is_in_noscript:
            return
        if tag == "noscript":
            self._is_in_noscript = True
        elif tag == "script":
            self._script = text
        elif tag == "meta":
            self.tags["meta"].append(text)
        elif tag == "link":
            self._sort_link(dict(attrs).get("rel"), text)
        elif tag not in REPLACED:
            self.unknown.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            self.tags["scripts"].append(f"{self._script}</script>")
            self._script = None
        elif tag == "noscript":
            self._is_in_noscript = False

    def _sort_link(self, rel: str | None, text: str) -> None:
        if rel == "modulepreload":
            self.tags["scripts"].append(text)
        elif rel not in UNUSED_LINKS:
            self.unknown.append(f'<link rel="{rel}">')
