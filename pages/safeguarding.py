"""Safeguarding and support: help lines first."""

from referrals.dashboard import page

page.draw("safeguarding")
