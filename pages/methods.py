"""Methods: from a printed sentence to a figure, and what is assumed."""

from referrals.dashboard import page

page.draw("methods")
