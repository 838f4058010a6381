"""HTTP building blocks: negotiation, encodings, ETags, problems, security headers."""
