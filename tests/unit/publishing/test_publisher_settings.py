"""The settings file: in the private folder, or named. A wrong setting is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import SettingsError
from referrals.publishing import publisher_settings
from referrals.publishing.publisher_settings import NAME, Settings

TEXT = """
publisher = "Office for Example Statistics"
title = "Referrals"
licence = "CC-BY-4.0"
contact = "statistics@example.org"
releases = "served"
staging = "/srv/drafts"
nationalities = 4
by-region = true
method = "suppression"
"""


def test_no_file_means_no_settings(tmp_path: Path) -> None:
    assert publisher_settings.load(None, tmp_path) == Settings()


def test_the_file_of_the_private_folder_is_read_with_folders_relative_to_it(
    tmp_path: Path,
) -> None:
    (tmp_path / NAME).write_text(TEXT, encoding="utf-8")
    found = publisher_settings.load(None, tmp_path)
    assert (found.stamp.publisher, found.stamp.licence) == (
        "Office for Example Statistics",
        "CC-BY-4.0",
    )
    assert (found.releases, found.staging) == (tmp_path / "served", Path("/srv/drafts"))
    assert (found.nationalities, found.by_region, found.method) == (4, True, "suppression")
    assert found.private is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("licence = 3", "licence has the wrong type. It is a text"),
        ("nationalities = true", "nationalities has the wrong type. It is a whole number"),
        ("license = 'x'", "license is not a setting. Known: publisher"),
        ("method = 'swapping'", "method is one of rounding, suppression"),
        ("publisher", "is not TOML"),
        ("releases = '~no-such-user/x'", "releases starts with the home folder of a user who"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        publisher_settings.load(path, tmp_path)


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no settings file"):
        publisher_settings.load(tmp_path / "none.toml", tmp_path)
