"""The script of every page, by its path."""

from typing import Final

from referrals.dashboard.sitemap import PAGES

SCRIPTS: Final = {head.path: script for head, script in PAGES.items()}
