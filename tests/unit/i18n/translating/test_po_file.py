"""Files of translations: written, read back, and merged with English that has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from referrals.i18n import translations
from referrals.i18n.translating import po_file
from referrals.i18n.translating.translatable import Place, Source
from tests.fixtures.pseudo_languages import entry

TEXT = Source(Place.TEXT, "a.md", ("A sentence about help lines.",), "a.md", is_on_path=True)
MESSAGE = Source(Place.MESSAGE, "layout.menu", ("Menu",), "messages.toml", is_on_path=True)
PLURAL = Source(
    Place.MESSAGE, "a.found", ("{n} result", "{n} results"), "messages.toml", "n", is_on_path=True
)
REST = Source(Place.MESSAGE, "a.rest", ("Rest",), "messages.toml")
EVERY = (TEXT, MESSAGE, PLURAL, REST)


def keyed(
    *sources: Source, code: str = "fr"
) -> dict[tuple[str, tuple[str, ...]], translations.Entry]:
    return {source.key: entry(source, code) for source in sources}


@pytest.mark.parametrize("code", ["fr", "cy", "vi", "sq", "zh-Hans", "ur", "bn"])
def test_a_file_is_read_back_as_it_was_written(tmp_path: Path, code: str) -> None:
    entries = {source.key: entry(source, code if code == "fr" else "ar") for source in (TEXT,)}
    forms = tuple(f"{tag} {{n}}" for tag in translations.plural_tags(code))
    entries[PLURAL.key] = replace(entry(PLURAL, "fr"), forms=forms)
    po_file.write(tmp_path / "x.po", code, entries, EVERY)
    assert translations.read(tmp_path / "x.po") == entries


def test_the_same_translations_always_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.po", "b.po"):
        po_file.write(tmp_path / name, "fr", keyed(TEXT, MESSAGE), EVERY)
    assert (tmp_path / "a.po").read_bytes() == (tmp_path / "b.po").read_bytes()


def test_what_is_missing_from_the_path_has_a_place_and_the_rest_has_none(tmp_path: Path) -> None:
    po_file.write(tmp_path / "x.po", "fr", {}, EVERY)
    text = (tmp_path / "x.po").read_text(encoding="utf-8")
    assert 'msgid "Menu"\nmsgstr ""' in text
    assert "Rest" not in text


def test_a_message_whose_english_changed_is_outdated() -> None:
    changed = replace(MESSAGE, english=("Contents",))
    merged = po_file.merged(keyed(MESSAGE), [changed])
    assert merged[changed.key].is_outdated
    assert merged[changed.key].forms == ("Mênû",)


def test_a_sentence_that_changed_a_little_is_outdated_and_another_one_is_new() -> None:
    changed = replace(TEXT, english=("A sentence about help-lines.",))
    other = replace(TEXT, english=("Something else.",))
    merged = po_file.merged(keyed(TEXT), [changed, other])
    assert merged[changed.key].is_outdated
    assert other.key not in merged


def test_an_outdated_translation_stays_outdated_until_it_is_taken_in_again(tmp_path: Path) -> None:
    changed = replace(MESSAGE, english=("Contents",))
    po_file.write(tmp_path / "x.po", "fr", po_file.merged(keyed(MESSAGE), [changed]), [changed])
    again = po_file.merged(translations.read(tmp_path / "x.po"), [changed])
    assert again[changed.key].is_outdated
    new = {changed.key: entry(changed, "fr")}
    po_file.write(tmp_path / "x.po", "fr", {**again, **new}, [changed])
    assert not translations.read(tmp_path / "x.po")[changed.key].is_outdated


def test_english_that_was_taken_away_takes_its_translation_along() -> None:
    assert po_file.merged(keyed(MESSAGE, REST), [MESSAGE]).keys() == {MESSAGE.key}


def test_the_states_are_counted() -> None:
    checked = replace(entry(PLURAL, "fr").state, name="checked", by="Mai Nguyen")
    entries = {
        TEXT.key: replace(entry(TEXT, "fr"), is_outdated=True),
        MESSAGE.key: entry(MESSAGE, "fr"),
        PLURAL.key: replace(entry(PLURAL, "fr"), state=checked),
    }
    counts = po_file.counts(entries, EVERY)
    assert counts == {"missing": 1, "outdated": 1, "draft": 1, "checked": 1}
