"""About this site: its purpose, the worked example, licence and corrections."""

from referrals.dashboard import page

page.draw("about")
