"""Safeguarding and support: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("safeguarding")
components.page_end()
