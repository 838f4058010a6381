"""What is not known: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("gaps")
page.page_end()
