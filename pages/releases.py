"""Releases and downloads: every release with its files, and how programs can have them."""

from referrals.content import outline
from referrals.dashboard import page

page.title(outline.RELEASES, of_release=False)
page.released()
page.passage("releases")
page.page_end()
