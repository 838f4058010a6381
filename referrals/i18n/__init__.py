"""Languages and messages: every sentence of the site, by key."""
