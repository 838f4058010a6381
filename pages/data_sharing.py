"""How data sharing works: from an encounter with police to what Immigration Enforcement does."""

from referrals.dashboard import page

page.draw("data-sharing")
