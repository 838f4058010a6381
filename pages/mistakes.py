"""Five mistakes with these figures."""

from referrals.dashboard import page

page.draw("mistakes")
