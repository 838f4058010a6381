"""HTML that is ready to send: `st.html` neither searches for a file nor removes indentation."""

from __future__ import annotations

from typing import Self

from referrals.localised_html import localised


class ReadyHtml(str):
    """A string that `st.html` sends as it is, through its documented `_repr_html_`.

    Its links lead to pages in the current language.

    `st.html` splits any other string into lines in every run, to remove indentation that a card
    does not have. That took 5% of the processor time of an answer: a card has some 20 kB.
    """

    __slots__ = ()

    def __new__(cls, html: str) -> Self:
        """Return HTML for a page in the current language."""
        return super().__new__(cls, localised(html))

    def _repr_html_(self) -> str:
        return self
