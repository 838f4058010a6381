"""The static twin: every page that needs no server, as plain HTML of a few kilobytes."""
