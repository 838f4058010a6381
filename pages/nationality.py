"""Nationality: three nationalities one by one, all the others together, and what that leaves open."""

from referrals.dashboard import components, outline
from referrals.dashboard.components import choices

selection = choices.topic(outline.NATIONALITY)
components.figure(components.dimension_card("nationality", selection))
if selection.release:
    components.figure(components.quarters_card("nationality", selection))
components.page_end(selection, relation="" if selection.release else outline.NATIONALITY.relation)
