"""Promises: the commitments of the Home Office in 2021, and the findings since."""

from referrals.dashboard import page

page.draw("promises")
