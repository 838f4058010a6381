"""Reference data shared by both halves: code lists, statuses, the disclosure rule, help lines."""
