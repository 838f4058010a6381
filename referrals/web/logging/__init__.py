"""JSON logs that hold nothing of a reader."""
