"""A package, so that its servers and its browser (scope `package`) end with its last test."""
