"""Promises: what the Home Office said in 2021 it would do, and what has been found since."""

from referrals.dashboard import page

page.draw("promises")
