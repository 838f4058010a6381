"""Statistical disclosure control: recoding, rounding, suppression and revisions."""
