"""The picture of a card: SVG and PNG, as high as its content or in the size of a preview."""
