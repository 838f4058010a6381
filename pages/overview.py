"""Overview: the figures in one screen, each with the way on to more."""

from referrals.dashboard import components, outline
from referrals.dashboard.selection import Selection

components.explain("overview")

for dimension, more in outline.FIRST_SCREEN.items():
    components.figure(components.dimension_card(dimension, Selection()), quick=True, more=more)

components.passage("overview-care")
components.page_end()
