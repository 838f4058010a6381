"""Surgery kit: what people who come, and those who run one, should know first."""

from referrals.dashboard import page

page.draw("surgeries")
