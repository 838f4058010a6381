"""The sentences of a card: one module for each kind of release."""
