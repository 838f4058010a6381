"""Glossary: an explanatory page, from data/content."""

from referrals.dashboard import components

components.explain("glossary")
components.page_end()
