"""Then and now: events from 2016 to 2026, each with its source."""

from referrals.dashboard import page

page.draw("timeline")
