"""The private half: makes releases from statements or records. Nothing public imports it."""
