"""Surgery kit: first steps for people who come to a surgery, and for those who run one."""

from referrals.dashboard import page

page.draw("surgeries")
