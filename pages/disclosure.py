"""How we protect people: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("disclosure")
components.page_end()
