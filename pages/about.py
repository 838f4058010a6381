"""About this site: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("about")
components.page_end()
