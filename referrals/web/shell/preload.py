"""Which of Streamlit's scripts a page will ask for, so that a browser can fetch them before Streamlit knows it needs them.

Streamlit begins with some sixty small scripts, runs, asks its server what is on the page, and only then fetches the scripts
that draw it: on a slow connection each of these steps is a wait. The names change with every Streamlit, so they are found by
their stems among the files that are installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

ALWAYS: Final = ("Html",)
"""What draws every page of ours: pieces of HTML."""
CHARTS: Final = ("Radio", "PlotlyChart")
"""What draws the choices about a chart, and then the chart: 1.1 MB even when compressed, twice all the rest of a page."""

_IMPORT: Final = re.compile(r'(?:from|import)"\./([^"]+\.js)"')
_HEAD: Final = 20_000
"""The imports of a script stand at its beginning; the largest script has 4.7 million more characters after them."""


def needed(folder: Path, stems: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the scripts with these stems and of all that they import, each once, the imported ones first.

    A stem without a script, as in another Streamlit, is left out: it would be fetched later, as before.
    """
    found: dict[str, None] = {}
    for stem in stems:
        for path in sorted(folder.glob(f"{stem}.*.js")):
            for name in _with_imports(folder, path.name, set(found)):
                found[name] = None
    return tuple(found)


def _with_imports(folder: Path, name: str, known: set[str]) -> Iterator[str]:
    if name in known:
        return
    known.add(name)
    with (folder / name).open(encoding="utf-8") as script:
        head = script.read(_HEAD)
    for imported in _IMPORT.findall(head):
        if (folder / imported).is_file():
            yield from _with_imports(folder, imported, known)
    yield name
