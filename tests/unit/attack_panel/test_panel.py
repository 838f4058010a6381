"""The page of the attack panel, drawn by Streamlit's test client."""

from __future__ import annotations

import argparse
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from referrals.errors import DisclosureError, ReleaseError
from referrals.paths import RELEASES
from referrals.publishing.audit import public_release
from referrals.publishing.audit.suppressed import public_tables
from referrals.publishing.cli import main
from referrals.publishing.commands import explore

pytestmark = pytest.mark.slow


def draw(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> AppTest:
    monkeypatch.setattr("sys.argv", [str(explore.PANEL), *arguments])
    return AppTest.from_file(str(explore.PANEL), default_timeout=30).run()


def test_the_panel_shows_ranges_and_the_announced_error(monkeypatch: pytest.MonkeyPatch) -> None:
    release = public_release.read(RELEASES / "example")
    page = draw(monkeypatch, str(RELEASES / "example"))
    assert not page.exception
    assert page.title[0].value == "Attack panel: example"
    assert {metric.label: metric.value for metric in page.metric} == {
        "Sums in the table": "36",
        "Small sums whose range is below 4": "0",
        "Largest error that the release announces": str(release.largest_error[2]),
    }


def test_the_panel_says_that_changes_are_held_back_and_how_far_totals_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = public_release.read(RELEASES / "example")
    year = replace(release.years["EY1"], total_errors={(0, "EY1-Q1"): 8, (3, "F"): 12})
    behind = replace(release, years={**release.years, "EY1": year}, held_back=["EY1"])
    monkeypatch.setattr(public_release, "read", lambda _: behind)
    page = draw(monkeypatch, str(RELEASES / "example"))
    announced = {}
    for name in ("quarter", "sex", "outcome"):
        page.multiselect[0].set_value([name]).run()
        announced[name] = page.metric[2].value
    assert announced == {"quarter": "8", "sex": "12", "outcome": "0"}
    assert page.warning[0].value.startswith("Later changes to the records of EY1 are held back.")


def test_the_panel_asks_for_a_dimension_if_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    page = draw(monkeypatch, str(RELEASES / "example"))
    page.multiselect[0].set_value([]).run()
    assert page.info[0].value == "Choose at least one dimension."


def test_the_solver_is_asked_about_the_chosen_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    page = draw(monkeypatch, str(RELEASES / "example"))
    page.multiselect[0].set_value(["sex"]).run()
    page.button[0].click().run()
    assert page.markdown[-1].value.endswith("0 wide.")


def test_a_folder_without_a_release_is_named_by_the_panel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = draw(monkeypatch, str(tmp_path))
    assert str(tmp_path) in page.error[0].value


def explore_options(*arguments: Path | str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    explore.add_arguments(parser)
    return parser.parse_args([*map(str, arguments)])


def test_the_command_refuses_a_folder_without_a_release(tmp_path: Path) -> None:
    options = explore_options(tmp_path)
    with pytest.raises(ReleaseError):
        explore.run(options)


def test_the_command_refuses_a_release_with_withheld_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = public_release.read(RELEASES / "example")
    withheld = replace(release, method=public_tables.METHOD)
    monkeypatch.setattr(public_release, "read", lambda _: withheld)
    with pytest.raises(ReleaseError, match="cells are withheld"):
        explore.run(explore_options(RELEASES / "example"))


def test_the_command_refuses_a_private_folder_that_does_not_exist(tmp_path: Path) -> None:
    options = explore_options(RELEASES / "example", "--private", str(tmp_path / "none"))
    with pytest.raises(DisclosureError, match="is not a folder"):
        explore.run(options)
    assert not (tmp_path / "none").exists()


def test_the_panel_is_served_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []

    class Done:
        returncode = 0

    def run(command: list[str], **_: object) -> Done:
        called.append(command)
        return Done()

    monkeypatch.setattr(subprocess, "run", run)
    assert main(["explore", str(RELEASES / "example")]) == 0
    assert "--server.address=127.0.0.1" in called[0]
