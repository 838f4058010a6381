"""Age: children, the age group that is just over half, and what is not published."""

from referrals.dashboard import page

page.draw("age")
