"""The victim referrals site (dashboard, static site, API) and the publishing of its releases."""
