"""HTML of ours reaches the browser byte for byte."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

INDENTED = "    <pre>\n        two   spaces\n    </pre>\n"


def test_ready_html_is_sent_as_it_is() -> None:
    def script() -> None:
        import streamlit as st

        from referrals.dashboard.ready_html import ReadyHtml
        from tests.pages.test_ready_html import INDENTED

        st.html(ReadyHtml(INDENTED))

    (drawn,) = AppTest.from_function(script).run().get("html")
    assert drawn.proto.body == INDENTED
