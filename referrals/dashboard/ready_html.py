"""HTML that is ready to send: `st.html` neither searches for a file nor removes indentation."""

from __future__ import annotations

from typing import Self

from referrals.localised_html import localised


class ReadyHtml(str):
    """A string that `st.html` sends as it is, through its documented `_repr_html_`.

    It is made for the current language: its links keep that.

    Any other string is taken apart line by line in every run, which cost 5% of an answer's
    processor time: a card has some 20 kB, and none of it is indented by mistake.
    """

    __slots__ = ()

    def __new__(cls, html: str) -> Self:
        """Return HTML for a page in the current language."""
        return super().__new__(cls, localised(html))

    def _repr_html_(self) -> str:
        return self
