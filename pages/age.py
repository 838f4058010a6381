"""Age: children, the group that is just over half, and what is not published."""

from referrals.dashboard import components, outline
from referrals.dashboard.components import choices

selection = choices.topic(outline.AGE)
components.figure(components.dimension_card("age_band", selection))
if selection.release:
    components.figure(components.quarters_card("age_band", selection))
components.page_end(selection)
