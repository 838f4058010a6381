"""What is not known: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("gaps")
components.page_end()
