"""The languages of the site: their order, names, directions and pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.i18n import languages


def test_english_is_first_and_the_others_follow_by_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("vi", "cy", "en"):
        (tmp_path / code).mkdir()
        (tmp_path / code / "pages.csv").touch()
    (tmp_path / "notes").mkdir()
    monkeypatch.setattr(languages, "CONTENT", tmp_path)
    assert languages.languages() == ("en", "cy", "vi")


@pytest.mark.parametrize(
    ("code", "name", "direction", "tag"),
    [
        ("en", "English", "ltr", "en-GB"),
        ("cy", "Cymraeg", "ltr", "cy"),
        ("ur", "اردو", "rtl", "ur"),
        ("zh-Hans", "中文 (简体)", "ltr", "zh-Hans"),
    ],
)
def test_a_language_has_its_own_name_a_direction_and_a_tag(
    code: str, name: str, direction: str, tag: str
) -> None:
    assert (languages.own_name(code), languages.direction(code)) == (name, direction)
    assert languages.tag(code) == tag


def test_the_pages_of_a_language_without_a_list_are_refused() -> None:
    with pytest.raises(DataError, match=r"pages\.csv"):
        languages.heads("xx")
