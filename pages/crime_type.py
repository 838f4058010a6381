"""Crime type: modern slavery, domestic abuse and everything else, for everyone and by sex."""

from referrals.dashboard import components, outline
from referrals.dashboard.components import choices

selection = choices.topic(outline.CRIME_TYPE)
components.figure(components.dimension_card("crime_type", selection))
if selection.release:
    components.figure(components.quarters_card("crime_type", selection))
else:
    components.figure(components.cross_card("crime_type", outline.CRIME_TYPE.crossed_by, selection.measure))
components.page_end(selection)
