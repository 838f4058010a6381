"""Methods: from a printed sentence to a figure, with the assumptions."""

from referrals.dashboard import page

page.draw("methods")
