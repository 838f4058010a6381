"""Releases and downloads: every release with its files, and how programs can have them."""

from referrals.dashboard import components

components.title(
    "Releases and downloads",
    "Everything this site shows, to take away. Each file is listed with its size and with what proves that it is whole.",
    of_release=False,
)
components.released()
components.passage("releases")
components.page_end()
