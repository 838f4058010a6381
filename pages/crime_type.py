"""Crime type: modern slavery, domestic abuse and everything else, for everyone and by sex."""

from referrals.content import outline
from referrals.dashboard import filters, page

selection = filters.topic(outline.CRIME_TYPE)
page.figure(page.dimension_card("crime_type", selection))
if selection.release:
    page.figure(page.quarters_card("crime_type", selection))
else:
    page.figure(page.cross_card("crime_type", outline.CRIME_TYPE.crossed_by, selection.measure))
page.page_end(selection)
