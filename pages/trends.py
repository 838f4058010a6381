"""Trends and context: other official figures over time, each with why it is not the same thing."""

from referrals.dashboard import components

components.title(
    "Trends and context",
    "We could verify only one year of victim referrals, so no trend can be drawn from it. These figures come from other "
    "publications. None of them counts the same thing.",
    of_release=False,
)
for name in ("quarters_by_age", "years", "police", "domestic_abuse", "commissioner"):
    components.figure(components.context_card(name))
components.page_end()
