"""Record-level extracts: account for every line, check it and load the records."""
