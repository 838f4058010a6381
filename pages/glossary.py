"""Glossary: an explanatory page, from data/content."""

from referrals.dashboard import page

page.explain("glossary")
page.page_end()
