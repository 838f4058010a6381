"""Trends and context: other official figures over time, each with why it is not the same thing."""

from referrals.dashboard import components, outline

components.title(outline.TRENDS, of_release=False)
for name in ("quarters_by_age", "years", "police", "domestic_abuse", "commissioner"):
    components.figure(components.context_card(name))
components.page_end()
