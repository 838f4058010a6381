"""Crime type: modern slavery, domestic abuse and everything else, for everyone and by sex."""

from referrals.dashboard import components
from referrals.dashboard.components import choices

selection = choices.topic("crime_type", "Crime type", "What crimes the people who were referred were victims of.")
components.figure(components.dimension_card("crime_type", selection))
if selection.release:
    components.figure(components.quarters_card("crime_type", selection))
else:
    components.figure(components.cross_card("crime_type", "sex", selection.measure))
components.page_end(selection)
