"""Accessibility statement."""

from referrals.dashboard import page

page.draw("accessibility")
