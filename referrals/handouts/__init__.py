"""Handouts for a meeting: sheets to print, slides to project and files for a stick.

    python -m referrals.handouts COMMAND ...      # the same files without a server
    routes(base)                                  # the pages and files of the site

They are made from the same cards, texts and ledger as the dashboard.
"""

from referrals.handouts.routes import routes

__all__ = ["routes"]
