"""Ready-worded requests for unpublished figures: letters, and questions to Parliament.

`pages` puts them below each gap on the page of gaps. The wording of each request is in
`data/content/<language>/requests.csv`. The law under which a body must answer is in `bodies.csv`,
once for all of its letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.errors import DataError
from referrals.i18n import messages
from referrals.language import ENGLISH
from referrals.paths import CONTENT
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

FREEDOM_OF_INFORMATION: Final = "freedom_of_information"


@dataclass(frozen=True)
class Request:
    """One request to one body: its kind, its title and its whole text, ready to send."""

    gap: str
    body: str
    form: str
    title: str
    text: str


@cached(1, {})
def requests() -> tuple[Request, ...]:
    """Return every request in the order of the file, one for each body that is named there."""
    bodies = {row["body"]: row for row in table_schema.read(CONTENT / ENGLISH / "bodies.csv")}
    rows = table_schema.read(CONTENT / ENGLISH / "requests.csv")
    return tuple(_request(row, bodies[body]) for row in rows for body in row["bodies"].split())


def html(gap: str) -> Markup:
    """Return the requests for one gap, each folded, with a button that copies it.

    Raises:
        DataError: there is no request for this gap.
    """
    found = [each for each in requests() if each.gap == gap]
    if not found:
        raise DataError(
            f"A text names requests for '{gap}', but requests.csv has none. Add a row, or correct "
            "the name."
        )
    return templates.render(
        "content/requests.html", requests=found, button=messages.text("shell.copy")
    )


def _request(row: Row, body: Row) -> Request:
    form = body["form"]
    name = f"requests.{form}"
    title = messages.text(f"{name}.title", body=body["name"])
    text = messages.text(f"{name}.text", words=row["words"], law=body["law"])
    if form == FREEDOM_OF_INFORMATION:
        narrowed = messages.text(f"{name}.narrowed", narrower=row["narrower"])
        text = "\n\n".join([text, narrowed, messages.text(f"{name}.end")])
    return Request(row["gap"], body["body"], form, title, text)
