"""Nationality: three nationalities, all the others together, and what that leaves open."""

from referrals.dashboard import page

page.draw("nationality")
