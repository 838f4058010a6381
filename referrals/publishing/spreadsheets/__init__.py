"""The accessible spreadsheets of a release."""
