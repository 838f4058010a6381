"""The flow chart of data sharing: a list of linked steps, drawn as a chart by its stylesheet.

`pages` puts it into the text about data sharing, whose sections the steps link to. It is a list and
not a picture, so that it reflows, is read in order by a screen reader and turns round in
right-to-left languages. Its arrows are SVG in the stylesheet, because `st.html` removes SVG from
the page.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.i18n import messages
from referrals.paths import CONTENT
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

FILE: Final = CONTENT / "flowchart.csv"
OUTCOME: Final = "outcome"
REPORTED: Final = "what-others-have-reported"
"""The section on what others have reported of the outcomes."""

_LANES: Final = ("police", "nccu", "person")
_WORDS: Final = ("name", "choice", "outcomes", "not_published", "safeguarding", "reported")


@cached(1, {})
def html() -> Markup:
    """Return the flow chart.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    rows = table_schema.read(FILE)
    by_step = {row["step"]: row for row in rows}
    return templates.render(
        "content/flowchart.html",
        steps=[_step(row, by_step.get(row["follows"])) for row in rows if row["lane"] != OUTCOME],
        outcomes=[_words(row) for row in rows if row["lane"] == OUTCOME],
        reported=REPORTED,
        words={name: messages.text(f"flowchart.{name}") for name in _WORDS},
    )


def direction(row: Row, follows: Row | None) -> str:
    """Return the direction of the arrow to a step: `down`, `forward`, `back`, or '' for the first.

    `forward` is the direction of reading: to the right in English.
    """
    if follows is None:
        return ""
    if row["row"] != follows["row"]:
        return "down"
    is_forward = _LANES.index(row["lane"]) > _LANES.index(follows["lane"])
    return "forward" if is_forward else "back"


def _step(row: Row, follows: Row | None) -> dict[str, str | bool]:
    return {
        **_words(row),
        "who": messages.text(f"flowchart.{row['step']}.who"),
        "lane": row["lane"],
        "row": row["row"],
        "arrow": direction(row, follows),
        "is_choice": row["is_choice"] == "yes",
    }


def _words(row: Row) -> dict[str, str | bool]:
    return {
        "anchor": row["anchor"],
        "title": messages.text(f"flowchart.{row['step']}.title"),
        "text": messages.text(f"flowchart.{row['step']}.text"),
    }
