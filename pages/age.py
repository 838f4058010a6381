"""Age: children, the age group that is just over half, and the unpublished bands."""

from referrals.dashboard import page

page.draw("age")
