"""Packs: a folder with every briefing sheet, and a page that says which one is for whom."""
