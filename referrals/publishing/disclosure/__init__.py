"""Disclosure control: recoding, rounding, suppression and revisions."""
