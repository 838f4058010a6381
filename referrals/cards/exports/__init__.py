"""A card as files to take away: CSV, SVG, text."""
