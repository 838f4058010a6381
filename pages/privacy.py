"""Privacy notice."""

from referrals.dashboard import page

page.draw("privacy")
