"""Do the figures add up? Every relation between printed figures, the gap in the counts by sex first."""

from referrals.dashboard import components, outline

components.title(outline.FIGURES_CHECK)
components.relations()
components.page_end()
