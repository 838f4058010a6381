"""Equality: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("equality")
components.page_end()
