"""How data sharing works: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("data-sharing")
page.page_end()
