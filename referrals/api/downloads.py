"""The files of releases, at an address that follows the newest and at one that never holds anything else."""

from __future__ import annotations

from typing import Final

from referrals.api.problems import Problem, not_among
from referrals.api.request import LATEST, Question
from referrals.api.resource import (
    PERMANENT_REDIRECT,
    TEMPORARY_REDIRECT,
    Content,
    Resource,
    elsewhere,
)
from referrals.release import files
from referrals.release.files import SUMS

PAGE: Final = "/releases"
"""The page for people that lists every release with its files."""


def _folder(question: Question) -> Content:
    return elsewhere(f"{PAGE}#release-{question.release.about.release_id}", TEMPORARY_REDIRECT)


def _file(question: Question) -> Content:
    """Return a file as it is now; `latest` leads to where it will always be, so that a saved link says what was read."""
    name = _meant(question)
    folder = f"{PAGE}/{question.release.about.release_id}"
    if question.parts["release_id"] == LATEST:
        return elsewhere(
            f"{folder}/{files.version(question.release)}/{name}",
            TEMPORARY_REDIRECT,
            question.release,
        )
    if name != question.parts["file"]:
        return elsewhere(f"{folder}/{name}", PERMANENT_REDIRECT, question.release)
    return _content(question, name, is_final=False)


def _version(question: Question) -> Content:
    release_id, name = question.release.about.release_id, _meant(question)
    folder, now = f"{PAGE}/{release_id}", files.version(question.release)
    if question.parts["version"] != now:
        detail = f"This version of the release {release_id} is not served here. The version now is {now}."
        raise Problem("unknown-version", detail, version=now, address=f"{folder}/{name}")
    if name != question.parts["file"]:
        return elsewhere(f"{folder}/{now}/{name}", PERMANENT_REDIRECT, question.release)
    return _content(question, name, is_final=True)


def _meant(question: Question) -> str:
    """Return the name of the file asked for, as it is served. Raises Problem where the release has none of that name.

    A spreadsheet is named after its release: `latest` in its name stands for that, so that an address need not change. A file
    of invented figures is known by its own name too, which lacks the mark.
    """
    about = question.release.about
    name = question.parts["file"]
    if question.parts["release_id"] == LATEST:
        name = name.replace(LATEST, about.release_id)
    listed = files.listed(question.release).values()
    name = next((file.name for file in listed if file.own_name == name), name)
    titles = {file.name: file.title for file in listed} | {SUMS: "The SHA-256 of every file"}
    if name not in titles:
        raise not_among("unknown-file", f"a file of the release {about.release_id}", name, titles)
    return name


def _content(question: Question, name: str, *, is_final: bool) -> Content:
    release = question.release
    file = files.listed(release).get(name)
    media_type = file.media_type if file else "text/plain"
    return Content(
        files.content(release, file) if file else files.sums(release),
        f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        release,
        f"{files.stem(release)}-{file.own_name if file else name}",
        is_attachment=True,
        is_final=is_final,
        sha256=file.sha256 if file else "",
    )


FOLDER: Final = Resource(
    f"{PAGE}/{{release_id}}",
    "The files of a release, for people",
    f"Leads to where `{PAGE}` lists them.",
    _folder,
    forms=(),
    leads={TEMPORARY_REDIRECT: "Where the page lists the files of the release"},
)
"""The address that is left of a file's when its name is taken off."""

MARKED: Final = {
    PERMANENT_REDIRECT: "The name of a file of invented figures, which says that they are"
}
DOWNLOADS: Final = (
    Resource(
        f"{PAGE}/{{release_id}}/{{file}}",
        "Download a file",
        f"A file of the release as it is now. `{LATEST}` leads to the version of the published release that stands now; "
        f"`{SUMS}` holds the SHA-256 of every file. Files of invented figures have `illustrative` in their names.",
        _file,
        forms=(),
        leads={TEMPORARY_REDIRECT: "Where this version will always be", **MARKED},
    ),
    Resource(
        f"{PAGE}/{{release_id}}/{{version}}/{{file}}",
        "Download a file of one version",
        "The same file, at an address that never holds anything else.",
        _version,
        forms=(),
        leads=MARKED,
    ),
)
"""The addresses of files."""
