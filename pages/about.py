"""About this site: methods, accessibility, privacy, licence and corrections."""

from referrals.dashboard import page

page.draw("about")
