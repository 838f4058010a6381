"""Progress at the terminal: the time since the start, and the time left if it can be told."""

from __future__ import annotations

import argparse

import pytest

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


def test_a_date_in_another_form_is_refused_with_the_form_that_is_meant() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"'30/11/2026' is not a date\. Write"):
        terminal.iso_date("30/11/2026")
