"""The files of releases, at an address that follows the newest and at one that never holds anything else."""

from __future__ import annotations

from typing import Final

from referrals.api import files
from referrals.api.files import SUMS
from referrals.api.problems import Problem, not_among
from referrals.api.questions import LATEST, Question
from referrals.api.resources import Content, Resource

TEMPORARY_REDIRECT: Final = 307


def _file(question: Question) -> Content:
    """Return a file as it is now; `latest` leads to where it will always be, so that a saved link says what was read."""
    name = _meant(question)
    if question.parts["release_id"] == LATEST:
        about = question.release.about
        address = f"/releases/{about.release_id}/{files.version(question.release)}/{name}"
        return Content(b"", "text/plain", question.release, status=TEMPORARY_REDIRECT, headers={"location": address})
    return _content(question, name, is_final=False)


def _version(question: Question) -> Content:
    asked, now = question.parts["version"], files.version(question.release)
    if asked != now:
        release_id = question.release.about.release_id
        detail = f"This version of the release {release_id} is not served any more. The version now is {now}."
        raise Problem("version-gone", detail, version=now, address=f"/releases/{release_id}/{_meant(question)}")
    return _content(question, _meant(question), is_final=True)


def _meant(question: Question) -> str:
    """Return the name of the file asked for. Raises Problem where the release has none of that name.

    A spreadsheet is named after its release: `latest` in its name stands for that, so that an address need not change.
    """
    about = question.release.about
    name = question.parts["file"]
    if question.parts["release_id"] == LATEST:
        name = name.replace(LATEST, about.release_id)
    titles = {file.name: file.title for file in files.listed(question.release).values()} | {SUMS: "The SHA-256 of every file"}
    if name not in titles:
        raise not_among("unknown-file", f"a file of the release {about.release_id}", name, titles)
    return name


def _content(question: Question, name: str, *, is_final: bool) -> Content:
    release = question.release
    if name == SUMS:
        body, media_type = files.sums(release), "text/plain"
    else:
        file = files.listed(release)[name]
        body, media_type = files.content(release, file), file.media_type
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Content(
        body,
        f"{media_type}{charset}",
        release,
        f"{files.stem(release)}-{name}",
        is_attachment=True,
        is_final=is_final,
    )


DOWNLOADS: Final = (
    Resource(
        "/releases/{release_id}/{file}",
        "Download a file",
        f"A file of the release as it is now. `{LATEST}` leads to the version of the published release that stands now; "
        f"`{SUMS}` holds the SHA-256 of every file.",
        _file,
        forms=(),
    ),
    Resource(
        "/releases/{release_id}/{version}/{file}",
        "Download a file of one version",
        "The same file, at an address that never holds anything else.",
        _version,
        forms=(),
    ),
)
"""The addresses of files."""
