"""The ledger of published figures, and what follows from them."""
