"""Crime type: modern slavery, domestic abuse and everything else, for everyone and by sex."""

from referrals.dashboard import components

components.title("Crime type", "What crimes the people who were referred were victims of.")
selection = components.filters("crime_type")
components.figure(components.dimension_card("crime_type", selection))
components.figure(components.cross_card("crime_type", "sex", selection.measure))
components.page_end()
