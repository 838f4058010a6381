"""Files to translate in: written, taken back, and refused with the place that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.i18n.translating import exchange
from referrals.i18n.translating.translatable import sources
from tests.fixtures.pseudo_languages import pseudo

PATH = [source for source in sources() if source.is_on_path]


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return exchange.files(PATH, "cy")


def test_every_source_of_the_path_is_in_a_file_and_comes_back_as_it_was(
    files: dict[str, str], tmp_path: Path
) -> None:
    back: dict[object, tuple[str, ...]] = {}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        back |= {source.key: forms for source, forms in exchange.read(tmp_path / name, "cy", PATH)}
    assert back.keys() == {source.key for source in PATH}
    assert {forms[-1] for forms in back.values()} == {source.text for source in PATH}


def test_a_plural_has_every_form_of_the_language(files: dict[str, str]) -> None:
    table = files["messages.toml"].partition('["shell.presses_left"]')[2].partition("\n\n")[0]
    assert [line.partition(" = ")[0] for line in table.splitlines()[2:]] == [
        *("zero", "one", "two", "few", "many", "other")
    ]


def test_a_text_of_which_a_part_is_on_the_path_has_that_part_alone(files: dict[str, str]) -> None:
    assert "## What may be different now" in files["data-sharing.md"]
    assert "## Police meet a victim or witness" not in files["data-sharing.md"]


def test_a_translated_text_is_matched_segment_by_segment(
    files: dict[str, str], tmp_path: Path
) -> None:
    lines = files["overview-care.md"].splitlines()
    changed = [line if line.startswith((":::", "+++")) else pseudo(line, "fr") for line in lines]
    text = "\n".join(changed).replace("tîtlê =", "title =").replace("sûmmâry =", "summary =")
    (tmp_path / "overview-care.md").write_text(f"{text}\n", encoding="utf-8")
    found = exchange.read(tmp_path / "overview-care.md", "fr", PATH)
    assert len(found) > 5
    assert all(forms == (pseudo(source.text, "fr"),) for source, forms in found)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("overview.md", ("- **{E003}**", "**{E003}**"), "overview.md: after “"),
        (
            "overview-care.md",
            ("::: since-2021 30 March 2023", "::: note"),
            "this has container_note",
        ),
        ("overview.md", ("+++\n", ""), "does not begin with title and summary"),
        ("overview.md", ("summary = ", "sumary = "), "the front matter needs title and summary"),
        ("overview.md", ("title = ", "title = oh "), "is not valid TOML"),
        ("messages.toml", ('"layout.menu" =', '"layout.manu" ='), "'layout.manu' is not the key"),
        ("messages.toml", ("zero = ", "none = "), "has no form zero"),
        ("lists.toml", ('"All ages" =', '"All edges" ='), "has no entry 'All edges' in English"),
        ("titles.toml", ('["gaps.md"]', '["holes.md"]'), "[holes.md] has no entry"),
    ],
)
def test_a_file_that_does_not_match_the_english_is_refused_with_the_place(
    files: dict[str, str], tmp_path: Path, name: str, change: tuple[str, str], says: str
) -> None:
    before, after = change
    assert before in files[name]
    (tmp_path / name).write_text(files[name].replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        exchange.read(tmp_path / name, "cy", PATH)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value", "needed"),
    [
        ("layout.menu", '{one = "Dewislen", other = "Dewislen"}', "a text in quotation marks"),
        ("shell.presses_left", '"Pwyswch"', "a table of plural forms"),
    ],
)
def test_a_message_in_the_wrong_form_is_refused_with_the_right_one(
    tmp_path: Path, key: str, value: str, needed: str
) -> None:
    (tmp_path / "messages.toml").write_text(f'"{key}" = {value}\n', encoding="utf-8")
    with pytest.raises(DataError, match=rf"{key} needs {needed}, as in the export\."):
        exchange.read(tmp_path / "messages.toml", "cy", PATH)


def test_a_text_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "nowhere.md").write_text("+++\n+++\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"There is no English text nowhere\.md"):
        exchange.read(tmp_path / "nowhere.md", "cy", PATH)


@pytest.mark.parametrize("name", ["surgeries", "safeguarding", "data-sharing"])
def test_each_part_of_a_text_that_is_left_to_do_comes_back_whole(name: str, tmp_path: Path) -> None:
    own = [source for source in PATH if source.file == f"{name}.md"]
    path = tmp_path / f"{name}.md"
    sections = dict.fromkeys(source.section for source in own)
    for section in sections:
        left = [source for source in own if source.section == section]
        path.write_text(exchange.files([*left, *own[:2]], "cy")[path.name], encoding="utf-8")
        back = {source.text for source, _ in exchange.read(path, "cy", sources())}
        assert {source.text for source in left} <= back


def test_a_box_around_a_heading_is_exported_with_its_section(files: dict[str, str]) -> None:
    kit = files["surgeries.md"]
    assert "::: sheet\n\n## Before you talk to anyone official" in kit
    assert kit.count("\n:::\n") == kit.count("\n::: ")


def test_sections_that_the_english_does_not_have_are_refused(
    files: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "surgeries.md"
    path.write_text(files[path.name].replace("sections = [1", "sections = [99"), encoding="utf-8")
    with pytest.raises(DataError, match=r"`sections` must be as the export wrote it"):
        exchange.read(path, "cy", sources())
