"""Trends and context: other official figures over time, each with why it is not the same thing."""

from referrals.content import outline
from referrals.dashboard import page

page.title(outline.TRENDS, of_release=False)
for name in ("quarters_by_age", "years", "police", "domestic_abuse", "commissioner"):
    page.figure(page.context_card(name))
page.page_end()
