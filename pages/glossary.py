"""Glossary: words and symbols."""

from referrals.dashboard import page

page.draw("glossary")
