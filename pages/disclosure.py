"""Disclosure control: how the release protects people, and how anyone can check it."""

from referrals.dashboard import page

page.draw("disclosure")
