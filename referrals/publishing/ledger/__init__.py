"""The ledger of published figures, and the conclusions from them."""
