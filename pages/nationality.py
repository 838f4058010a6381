"""Nationality: three nationalities one by one, all the others together, and what that leaves open."""

from referrals.content import outline
from referrals.dashboard import filters, page

selection = filters.topic(outline.NATIONALITY)
page.figure(page.dimension_card("nationality", selection))
if selection.release:
    page.figure(page.quarters_card("nationality", selection))
page.page_end(selection, relation="" if selection.release else outline.NATIONALITY.relation)
