"""Nationality: three nationalities one by one, all the others together, and what that leaves open."""

from referrals.dashboard import components

components.title("Nationality", "Which nationalities the people had who were referred, as far as it is published.")
selection = components.filters("nationality")
components.figure(components.dimension_card("nationality", selection))
components.relation("R11")
components.page_end()
