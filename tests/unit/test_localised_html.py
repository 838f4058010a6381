"""Isolated text as elements: what is marked, and where an isolate ends."""

from __future__ import annotations

import pytest

from referrals.language import ISOLATE, POP_ISOLATE
from referrals.localised_html import marked

OPEN = '<bdi lang="en-GB" dir="ltr">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>{ISOLATE}one</p><p>two</p>", f"<p>{OPEN}one</bdi></p><p>two</p>"),
        (f"<li>{ISOLATE}a {ISOLATE}b{POP_ISOLATE}</li>c", f"<li>{OPEN}a b</bdi></li>c"),
        (f"<td>{ISOLATE}a <b>b</b> c</td>", f"<td>{OPEN}a <b>b</b> c</bdi></td>"),
    ],
)
def test_an_open_isolate_ends_with_its_block(html: str, expected: str) -> None:
    assert marked(html) == expected


def test_the_text_after_an_open_isolate_is_marked_by_its_own() -> None:
    html = f"<p>{ISOLATE}open</p><p>{ISOLATE}12{POP_ISOLATE} weiter</p>"
    assert marked(html) == f'<p>{OPEN}open</bdi></p><p><bdi dir="ltr">12</bdi> weiter</p>'


def test_a_closing_control_without_an_opening_one_is_left_out() -> None:
    assert marked(f"<p>a{POP_ISOLATE}b{ISOLATE}c{POP_ISOLATE}</p>") == f"<p>ab{OPEN}c</bdi></p>"
