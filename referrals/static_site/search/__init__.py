"""The search of the site and its list of everything, as pages that work without a script."""
