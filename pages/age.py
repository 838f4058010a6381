"""Age: children, the group that is just over half, and what is not published."""

from referrals.content import outline
from referrals.dashboard import filters, page

selection = filters.topic(outline.AGE)
page.figure(page.dimension_card("age_band", selection))
if selection.release:
    page.figure(page.quarters_card("age_band", selection))
page.page_end(selection)
