"""A table whose cells are shaded by their numbers, which stay as text in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from referrals import templates
from referrals.cards.charts.bars import TEMPLATE, Bar, to_scale


def heat_table(
    caption: str, header: Sequence[str], rows: Mapping[str, Sequence[Bar]], *, mark: str = ""
) -> Markup:
    """Return a table with a row of cells under each label, the largest number the darkest.

    `header` has a head for the labels and one for each cell. A cell without a number is not shaded
    and says why.
    """
    every = [bar for cells in rows.values() for bar in cells]
    longest = max((bar.upper for bar in every), default=0) or 1
    shaded = [(label, to_scale(cells, longest)) for label, cells in rows.items()]
    return templates.macro(TEMPLATE, "heat", caption, header, shaded, mark=mark)
