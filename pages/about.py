"""About this site: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("about")
page.page_end()
