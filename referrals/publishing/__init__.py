"""What makes releases: from published statements, and from record-level data. Nothing public may import it."""
