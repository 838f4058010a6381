"""What is not known: what the published figures leave out, and who to ask."""

from referrals.dashboard import page

page.draw("gaps")
