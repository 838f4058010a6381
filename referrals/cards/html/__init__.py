"""A card and its surroundings as HTML."""
