"""The terminal: progress with the time since the start and the time left, and texts of options."""

from __future__ import annotations

import pytest

from referrals.publishing import cli
from referrals.publishing.commands import terminal


def test_a_line_has_the_time_since_the_start_and_for_steps_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter((0.0, 5.0, 10.0, 70.0, 75.0))
    monkeypatch.setattr(terminal, "monotonic", lambda: next(seconds))
    progress = terminal.Progress()
    for message in ("counting", "protecting (1 of 3)", "protecting (2 of 3)", "writing"):
        progress(message)
    assert capsys.readouterr().err.splitlines() == [
        "[0:05] counting",
        "[0:10] protecting (1 of 3)",
        "[1:10, about 2:00 left of this part] protecting (2 of 3)",
        "[1:15] writing",
    ]


def test_a_reason_over_several_lines_is_one_line_in_the_certificate() -> None:
    given = ["dominance=one\n# Approved\u2028by all", "group-disclosure=no\udceb"]
    assert terminal.named_texts("--accept", given) == {
        "dominance": "one # Approved by all",
        "group-disclosure": "no\\udceb",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["approve", "r", "--by", " "], "argument --by: it is blank"),
        (["withdraw", "r", "--by", "A", "--reason", ""], "argument --reason: it is blank"),
        (["approve", "r", "--by", "A", "--approved-on", "1.4.2026"], "'1.4.2026' is not a day of"),
        (["publish", "x", "--release", "r", "--published-on", "x"], "'x' is not a day of the form"),
        (["explore", "x", "--port", "99999"], "'99999' is not a port from 1 to 65535"),
        (["map", "x.csv", "--header-row", "0"], "'0' is not a whole number of 1 or more"),
        (["map", "x.csv", "--header-row", "-2"], "'-2' is not a whole number of 1 or more"),
    ],
)
def test_a_wrong_option_is_refused_with_what_it_should_be(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
