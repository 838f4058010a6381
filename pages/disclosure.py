"""How we protect people: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("disclosure")
page.page_end()
