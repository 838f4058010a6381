"""Crime type: modern slavery, domestic abuse and other crime, for everyone and by sex."""

from referrals.dashboard import page

page.draw("crime-type")
