"""Age: children, the group that is just over half, and what is not published."""

from referrals.dashboard import components
from referrals.dashboard.components import choices

selection = choices.topic("age_band", "Age", "How old the people were who were referred, as they said when they were met.")
components.figure(components.dimension_card("age_band", selection))
if selection.release:
    components.figure(components.quarters_card("age_band", selection))
components.page_end(selection)
