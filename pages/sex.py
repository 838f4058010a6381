"""Sex: male, female and not recorded, for everyone and within each crime type."""

from referrals.dashboard import components, outline
from referrals.dashboard.components import choices

selection = choices.topic(outline.SEX)
components.figure(components.dimension_card("sex", selection))
if selection.release:
    components.figure(components.quarters_card("sex", selection))
else:
    components.figure(components.cross_card("sex", outline.SEX.crossed_by, selection.measure))
components.page_end(selection, relation="" if selection.release else outline.SEX.relation)
