"""Do the figures add up? Every relation between printed figures, the gap in the counts by sex first."""

from referrals.dashboard import components

components.title(
    "Do the figures add up?",
    "The assessment prints its figures one by one, in sentences. This page puts them together and shows where they agree, "
    "where they do not, and what follows from them.",
)
components.relations()
components.page_end()
