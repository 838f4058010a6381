"""Quality: two guides, point by point, with the tests behind each."""

from referrals.dashboard import page

page.draw("quality")
