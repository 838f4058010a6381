"""How we protect people: disclosure control, and how anyone can check it."""

from referrals.dashboard import page

page.draw("disclosure")
