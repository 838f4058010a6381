"""The scripts of Streamlit that a page will need, so that the browser can fetch them at once.

Streamlit starts with some sixty small scripts, asks its server what is on the page, and only then
fetches the scripts that draw it: on a slow connection each step is a wait. The names change with
every Streamlit, so they are found by their stems among the installed files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

EVERY_PAGE: Final[tuple[str, ...]] = ("Html",)
"""Stems of the scripts that draw every page: pieces of HTML."""

CONTROLS: Final = {
    'class="vr-segments': "ButtonGroup",
    "<select": "Selectbox",
    "<select data-compared": "Multiselect",
}
"""Stems of the scripts of controls, by the HTML of their stand-ins in the first paint."""

CHARTS: Final[tuple[str, ...]] = ("PlotlyChart",)
"""Stems for pages with Plotly charts: 1.1 MB even when compressed, twice the rest of a page."""

_IMPORT: Final = re.compile(r'(?:from|import)"\./([^"]+\.js)"')
_IMPORTS_END: Final = 20_000
"""The characters of a script that are searched for imports. The largest script has 4.7 million."""


def stems(first_paint: str, *, draws_charts: bool) -> list[str]:
    """Return the stems of the scripts of a page, by the controls in its first paint.

    >>> stems('<ul class="vr-segments">', draws_charts=False)
    ['Html', 'ButtonGroup']
    """
    controls = [stem for html, stem in CONTROLS.items() if html in first_paint]
    return [*EVERY_PAGE, *controls, *(CHARTS if draws_charts else ())]


def needed(folder: Path, stems: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the scripts with these stems and their imports, imports first.

    A stem without a file, as in another Streamlit, is left out: the script is then fetched when
    Streamlit asks for it.
    """
    found: dict[str, None] = {}
    for stem in stems:
        for path in sorted(folder.glob(f"{stem}.*.js")):
            for name in _with_imports(folder, path.name, set(found)):
                found[name] = None
    return tuple(found)


def _with_imports(folder: Path, name: str, visited: set[str]) -> Iterator[str]:
    if name in visited:
        return
    visited.add(name)
    with (folder / name).open(encoding="utf-8") as script:
        beginning = script.read(_IMPORTS_END)
    for imported in _IMPORT.findall(beginning):
        if (folder / imported).is_file():
            yield from _with_imports(folder, imported, visited)
    yield name
