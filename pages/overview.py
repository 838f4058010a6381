"""Overview: the figures on one screen, each with a link to its page."""

from referrals.dashboard import page

page.draw("overview")
