"""Releases and downloads: every release with its files, and how programs can have them."""

from referrals.dashboard import components, outline

components.title(outline.RELEASES, of_release=False)
components.released()
components.passage("releases")
components.page_end()
