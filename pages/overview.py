"""Overview: the figures in one screen, each with the way on to more."""

from referrals.content import outline
from referrals.dashboard import page
from referrals.query.selection import Selection

page.explain("overview")

for dimension, more in outline.FIRST_SCREEN.items():
    page.figure(page.dimension_card(dimension, Selection()), quick=True, more=more)

page.passage("overview-care")
page.page_end()
