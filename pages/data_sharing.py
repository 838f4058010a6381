"""How data sharing works: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("data-sharing")
components.page_end()
