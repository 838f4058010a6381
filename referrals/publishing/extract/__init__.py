"""Record-level extracts: parse, validate and stage every line."""
