"""The show for a room with a projector: its story as data, as a page and as one file."""
