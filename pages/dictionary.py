"""Data dictionary: columns, codes and files."""

from referrals.dashboard import page

page.draw("dictionary")
