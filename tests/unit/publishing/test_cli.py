"""The command line: every command has an example, and an error is one line."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest

from referrals.publishing import cli
from referrals.publishing.commands import check


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_help_of_a_command_has_an_example_that_it_accepts(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"example:\n  {cli.PROGRAM} {command} " in text
    for line in cli.COMMANDS[command].EXAMPLE.strip().splitlines():
        arguments = line.replace('"', "").split()[1:2]
        assert arguments[0] in cli.COMMANDS


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith(f"{cli.PROGRAM} 1.")


def test_a_shell_can_complete_commands_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--print-completion", "bash"])
    script = capsys.readouterr().out
    assert "--never-shared" in script
    assert cli.PROGRAM in script


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["check", "ex"], ["extract.csv", "exports"]),
        (["publish", "extract.csv", "--mapping", "ex"], ["extract.csv", "exports"]),
        (["publish", "extract.csv", "--releases", "ex"], ["exports"]),
        (["approve", "r", "--private", "ex"], ["exports"]),
        (["explore", "exp"], ["exports"]),
    ],
)
def test_a_shell_completes_names_of_files_and_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: list[str], expected: list[str]
) -> None:
    (tmp_path / "extract.csv").touch()
    (tmp_path / "exports").mkdir()
    with pytest.raises(SystemExit):
        cli.main(["--print-completion", "bash"])
    words = " ".join([cli.PROGRAM, *line])
    ask = f"""
    COMP_WORDS=({words}); COMP_CWORD={len(line)}
    _shtab_referrals_publishing {cli.PROGRAM} {line[-1]} ""
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    script = capsys.readouterr().out + ask
    ran = subprocess.run(
        ["bash", "-c", script], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert sorted(ran.stdout.split()) == sorted(expected)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (KeyboardInterrupt(), "Stopped. No file is half written"),
        (RuntimeError(cli.DUCKDB_STOPPED), "Stopped. No file is half written"),
        (OSError(errno.ENOSPC, "No space left on device", "/disk/x"), "on the disk of /disk/x."),
        (OSError(errno.EACCES, "Permission denied", "/disk/x"), "/disk/x cannot be read"),
    ],
)
def test_an_error_is_one_line(
    error: BaseException,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    assert cli.main(["check", "x.csv"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_an_extract_whose_name_is_not_utf_8_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", output)
    assert cli.main(["check", str(tmp_path / "extr\udce9.csv")]) == 1
    output.seek(0)
    assert output.read().startswith("extr\\udce9.csv: not fit to publish from.")


def test_output_that_nobody_reads_to_its_end_is_not_an_error_of_a_file() -> None:
    command = f"{sys.executable} -m referrals.publishing check missing.csv | true"
    shown = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert shown.stderr == b""


def test_check_refuses_a_negative_number_of_nationalities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", str(tmp_path / "x.csv"), "--nationalities", "-5"]) == 1
    assert capsys.readouterr().err == "--nationalities -5 is not valid. Give 0 or more.\n"
