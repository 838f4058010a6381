"""The commands of `python -m referrals.publishing`, a module each."""
