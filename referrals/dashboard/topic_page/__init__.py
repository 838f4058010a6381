"""The page of one dimension: what its reader chose, the controls, and the answer."""
