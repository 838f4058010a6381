"""The script, stylesheet and icon that are part of every page."""

import re
from urllib.parse import unquote

from referrals.web.static import assets


def test_the_script_has_every_part_in_order_without_comment_lines() -> None:
    expected = []
    for name in assets.SCRIPT_PARTS:
        lines = (assets.FOLDER / name).read_text().splitlines()
        expected += [line.strip() for line in lines if line.strip()]
    written = [line for line in expected if not line.startswith("//")]
    lines = [line for line in assets.script().splitlines() if line]
    assert lines == ["(() => {", "'use strict';", *written, "})();"]


def test_the_stylesheet_has_every_rule_of_the_shell_and_of_charts_without_comments() -> None:
    rules = (assets.FOLDER / "shell.css").read_text()
    stylesheet = assets.stylesheet()
    without_comments = re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
    assert stylesheet.count("{") > without_comments.count("{") > 100
    assert stylesheet.count("{") == stylesheet.count("}")
    assert "/*" not in stylesheet
    assert ".bars" in stylesheet


def test_neither_ends_the_element_that_it_stands_in() -> None:
    assert not re.search(r"</script|<!--", assets.script(), flags=re.IGNORECASE)
    assert "</" not in assets.stylesheet()


def test_the_icon_is_in_the_page() -> None:
    kind, _, text = assets.icon().partition(",")
    assert kind == "data:image/svg+xml"
    assert unquote(text) == (assets.FOLDER / "logo.svg").read_text()
