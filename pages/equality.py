"""Equality: the assessment by protected characteristic."""

from referrals.dashboard import page

page.draw("equality")
