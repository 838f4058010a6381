"""Tables of a reader's choice: what was asked, the cells, and joint bounds of what they show."""
