"""Build a table: rows, columns, filters and measure of the reader's choice."""

from referrals.dashboard import page

page.draw("table")
