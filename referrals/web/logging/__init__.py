"""JSON logs without anything that identifies a reader."""
