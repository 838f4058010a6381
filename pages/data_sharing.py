"""Data sharing: from an encounter with the police to the actions of Immigration Enforcement."""

from referrals.dashboard import page

page.draw("data-sharing")
