"""Nationality: three nationalities, all the others together, and the open questions."""

from referrals.dashboard import page

page.draw("nationality")
