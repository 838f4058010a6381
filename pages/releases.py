"""Releases and downloads: every release with its files, and the data for programs."""

from referrals.dashboard import page

page.draw("releases")
