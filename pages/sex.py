"""Sex: male, female and not recorded, for everyone and within each crime type."""

from referrals.content import outline
from referrals.dashboard import filters, page

selection = filters.topic(outline.SEX)
page.figure(page.dimension_card("sex", selection))
if selection.release:
    page.figure(page.quarters_card("sex", selection))
else:
    page.figure(page.cross_card("sex", outline.SEX.crossed_by, selection.measure))
page.page_end(selection, relation="" if selection.release else outline.SEX.relation)
