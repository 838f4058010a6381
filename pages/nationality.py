"""Nationality: three nationalities one by one, all the others together, and what that leaves open."""

from referrals.dashboard import components
from referrals.dashboard.components import choices

selection = choices.topic(
    "nationality", "Nationality", "Which nationalities the people had who were referred, as far as it is published."
)
components.figure(components.dimension_card("nationality", selection))
if selection.release:
    components.figure(components.quarters_card("nationality", selection))
else:
    components.relation("R11")
components.page_end(selection)
