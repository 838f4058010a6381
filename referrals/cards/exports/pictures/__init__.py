"""The picture of a card: SVG and PNG, as large as it needs to be or in the size of a preview."""
