"""The translator's commands: export, import with who checked it, check, and the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referrals.i18n import __main__ as command
from referrals.i18n import translations
from referrals.i18n.translating import glossary
from tests.fixtures.pseudo_languages import FRENCH, offered, translated


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of languages with French, which lacks the message of the menu."""
    entries = translated(FRENCH)
    lacking = {key: value for key, value in entries.items() if key[0] != "layout.menu"}
    monkeypatch.setattr(glossary, "glossary", lambda _language: {})
    with offered(tmp_path, {FRENCH: lacking}):
        yield tmp_path


def run(*arguments: str) -> int:
    return command.main(arguments)


def test_an_export_has_what_is_missing_and_an_import_says_who_checked_it(
    folder: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    assert run("export", "fr", "--to", str(work)) == 0
    assert [path.name for path in work.iterdir()] == ["messages.toml"]
    (work / "messages.toml").write_text('"layout.menu" = "Sommaire"\n', encoding="utf-8")
    arguments = ("--checked-by", "Anne Martin", "--date", "2027-01-15")
    assert run("import", "fr", str(work / "messages.toml"), *arguments) == 0
    entry = translations.read(folder / "fr.po")["layout.menu", ("Menu",)]
    assert (entry.forms, str(entry.state)) == (
        ("Sommaire",),
        "checked by Anne Martin, 2027-01-15",
    )


@pytest.mark.usefixtures("folder")
def test_a_file_with_a_fault_is_refused_whole_with_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.toml"
    file.write_text('"layout.menu" = "Sommaire"\n"answer.show_all" = "Tout"\n', encoding="utf-8")
    before = (tmp_path / "fr.po").read_bytes()
    assert run("import", "fr", str(file)) == 1
    says = capsys.readouterr().err
    assert "m.toml, answer.show_all “Show all {n}”: The placeholder {n} of the English" in says
    assert (tmp_path / "fr.po").read_bytes() == before


def test_a_placeholder_removed_from_the_file_is_found_with_file_and_key(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "fr.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Shôw âll {n}", "Shôw âll"), encoding="utf-8")
    translations.catalogue.cache_clear()
    assert run("check", "fr") == 1
    assert "fr.po, answer.show_all “Show all {n}”: The placeholder {n}" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_the_table_has_each_language_with_its_states(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("translations") == 0, capsys.readouterr().err
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        "language",
        "file",
        "all",
        "missing",
        "outdated",
        "draft",
        "checked",
    ]
    total = lines[-1].split()
    assert total[:3] == ["fr", "(all,", "offered)"]
    assert total[4] == "1"


def test_a_language_that_is_newly_offered_gets_a_file_with_everything_to_translate(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fr.po").unlink()
    translations.catalogue.cache_clear()
    assert run("translations") == 0
    output = capsys.readouterr()
    language, state, offered_too, everything, missing, *_ = output.out.splitlines()[-1].split()
    assert (language, state, offered_too) == ("fr", "(all,", "offered)")
    assert everything == missing
    assert output.err == ""
    assert 'msgid "Menu"\nmsgstr ""' in (folder / "fr.po").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_an_export_does_not_overwrite_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "messages.toml").touch()
    assert run("export", "fr", "--to", str(tmp_path / "work")) == 1
    assert "has files already" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["en", "xx", "../vi"])
def test_a_code_that_is_not_a_language_to_translate_into_is_refused(code: str) -> None:
    assert run("check", code) == 1
