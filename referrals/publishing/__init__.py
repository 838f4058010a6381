"""The private half: makes releases from published statements or records. Nothing public imports it."""
