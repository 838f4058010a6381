"""The languages of the site: their order, names, directions and pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.i18n import languages


def test_english_is_first_and_the_others_follow_as_the_file_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "languages.toml").write_text('offered = ["vi", "cy"]\n', encoding="utf-8")
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    monkeypatch.setattr(languages, "_settings", languages._settings.__wrapped__)
    assert languages.languages() == ("en", "vi", "cy")


@pytest.mark.parametrize(
    ("code", "name", "direction", "tag"),
    [
        ("en", "English", "ltr", "en-GB"),
        ("cy", "Cymraeg", "ltr", "cy"),
        ("ur", "اردو", "rtl", "ur"),
        ("zh-Hans", "简体中文", "ltr", "zh-Hans"),
    ],
)
def test_a_language_has_its_own_name_a_direction_and_a_tag(
    code: str, name: str, direction: str, tag: str
) -> None:
    assert (languages.own_name(code), languages.direction(code)) == (name, direction)
    assert languages.tag(code) == tag
