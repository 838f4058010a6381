"""Sex: male, female and not recorded, for everyone and by crime type."""

from referrals.dashboard import page

page.draw("sex")
