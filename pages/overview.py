"""Overview: the figures in one screen, each with the way on to more."""

from referrals.dashboard import components
from referrals.dashboard.selection import Selection

components.explain("overview")

for dimension, more in (
    ("nationality", "[More on nationality](/nationality)"),
    ("crime_type", "[More on crime type](/crime-type)"),
    ("sex", "[More on sex](/sex), and [how these counts compare with the total](/figures-check)"),
    ("age_band", "[More on age](/age)"),
):
    components.figure(components.dimension_card(dimension, Selection()), quick=True, more=more)

components.passage("overview-care")
components.page_end()
