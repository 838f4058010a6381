"""Tables of a reader's choice: the request, the cells, and the joint bounds of their numbers."""
