"""Figures check: every relation between printed figures, with its working."""

from referrals.dashboard import page

page.draw("figures-check")
