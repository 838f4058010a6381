"""A folder for a stick: everything that a meeting without a connection needs."""
