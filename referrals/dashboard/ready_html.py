"""HTML that is ready to send: `st.html` neither searches for a file nor removes indentation."""

from __future__ import annotations


class ReadyHtml(str):
    """A string that `st.html` sends as it is, through its documented `_repr_html_`.

    Any other string is taken apart line by line in every run, which cost 5% of an answer's
    processor time: a card has some 20 kB, and none of it is indented by mistake.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return self
