"""The slides of the show as a file for PowerPoint, with charts that can be edited."""
