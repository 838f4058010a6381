"""The designs of the cards of series from other publishers, by subject."""
