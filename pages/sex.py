"""Sex: male, female and not recorded, for everyone and within each crime type."""

from referrals.dashboard import components
from referrals.dashboard.components import choices

selection = choices.topic("sex", "Sex", "The sex of the people who were referred, as it was recorded. For many it was not.")
components.figure(components.dimension_card("sex", selection))
if selection.release:
    components.figure(components.quarters_card("sex", selection))
else:
    components.figure(components.cross_card("sex", "crime_type", selection.measure))
    components.relation("R01")
components.page_end(selection)
