"""Trends and context: other official figures over time, and why none is comparable."""

from referrals.dashboard import page

page.draw("trends")
