"""Age: children, the group that is just over half, and what is not published."""

from referrals.dashboard import components

components.title("Age", "How old the people were who were referred, as they said when they were met.")
selection = components.filters("age_band")
components.figure(components.dimension_card("age_band", selection))
components.page_end()
