"""The pages of the site as data: their text, composition, addresses and titles."""
