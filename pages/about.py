"""About this site: what it is, the worked example, licence and corrections."""

from referrals.dashboard import page

page.draw("about")
