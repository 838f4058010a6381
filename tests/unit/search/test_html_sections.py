"""Sections of pages: their anchors, their text, and the parts that are left out."""

from __future__ import annotations

from referrals.search.html_sections import Section, sections


def test_each_heading_with_an_anchor_begins_a_section() -> None:
    html = (
        "<h1>Title</h1><p>Lead</p><h2 id='a'>One <b>and</b></h2><p>Text<br>more</p>"
        "<h3>No anchor</h3><ul><li>x</li><li>y</li></ul><h3 id='b'>Two</h3>"
    )
    assert sections(html) == [
        Section("", "", "Lead"),
        Section("a", "One and", "Text more No anchor x y"),
        Section("b", "Two", ""),
    ]


def test_words_inside_a_line_stay_whole() -> None:
    assert sections("<p>re<b>mov</b>al, <a href='/x'>a link</a>.</p>")[0].text == "removal, a link."


def test_the_table_of_a_text_is_read_and_that_of_a_card_is_not() -> None:
    html = "<table><tr><th>Act<td>1999</table><div class='card'><table><td>706</table>x</div>"
    assert sections(html) == [Section("", "", "Act 1999 x")]


def test_repeated_parts_and_headlines_of_cards_make_no_section() -> None:
    html = (
        "<nav>menu</nav><ul class='helplines'><li>999</li></ul><h2 class='finding' id='sex'>62%"
        "</h2><div class='page-end'><h2 id='e'>End</h2></div><p>after"
    )
    assert sections(html) == [Section("", "", "62% after")]
