"""Do the figures add up? Every relation between printed figures, with its working."""

from referrals.dashboard import page

page.draw("figures-check")
