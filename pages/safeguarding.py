"""Safeguarding and support: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("safeguarding")
page.page_end()
