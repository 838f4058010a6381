"""Equality: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("equality")
page.page_end()
