"""The page of one dimension: its reader's choices, the controls, and the answer."""
