"""Do the figures add up? Every relation between printed figures, the gap in the counts by sex first."""

from referrals.content import outline
from referrals.dashboard import page

page.title(outline.FIGURES_CHECK)
page.relations()
page.page_end()
