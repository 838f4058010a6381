"""Briefing sheets: one page of paper about victims of one nationality, or of all.

`sheet_request` reads what is asked for, `sheet_content` puts the words and numbers together, and
`typesetting` makes a PDF or a picture of them.
"""
