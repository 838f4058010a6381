"""Gaps: the questions that the published figures leave open, and who to ask."""

from referrals.dashboard import page

page.draw("gaps")
