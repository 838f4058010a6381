"""Downloads: each file of a release has a current address and a permanent one."""

from __future__ import annotations

from typing import Final

from referrals.api.problems import Problem, unknown_choice
from referrals.api.request import LATEST, Request
from referrals.api.resource import (
    PERMANENT_REDIRECT,
    TEMPORARY_REDIRECT,
    Content,
    Resource,
    redirect,
)
from referrals.release import files, ro_crate
from referrals.release.files import SUMS

ARCHIVE: Final = "release.zip"
"""The name of the archive with all files of a release."""

PAGE: Final = "/releases"
"""The page that lists every release with its files."""


def _folder(request: Request) -> Content:
    return redirect(f"{PAGE}#release-{request.release.about.release_id}", TEMPORARY_REDIRECT)


def _current_file(request: Request) -> Content:
    """Return a file of the current edition.

    `latest` redirects to the permanent address, so that a saved link identifies the edition.
    """
    name = _served_name(request)
    folder = f"{PAGE}/{request.release.about.release_id}"
    if request.path_parameters["release_id"] == LATEST:
        permanent = f"{folder}/{files.version(request.release)}/{name}"
        return redirect(permanent, TEMPORARY_REDIRECT, request.release)
    if name != request.path_parameters["file"]:
        return redirect(f"{folder}/{name}", PERMANENT_REDIRECT, request.release)
    return _content(request, name, is_immutable=False)


def _permanent_file(request: Request) -> Content:
    """Return a file of one edition, if that is still the current one."""
    name = _served_name(request)
    release_id = request.release.about.release_id
    folder, current = f"{PAGE}/{release_id}", files.version(request.release)
    if request.path_parameters["version"] != current:
        detail = (
            f"This version of the release {release_id} is not served here. "
            f"The current version is {current}."
        )
        raise Problem("unknown-version", detail, version=current, address=f"{folder}/{name}")
    if name != request.path_parameters["file"]:
        return redirect(f"{folder}/{current}/{name}", PERMANENT_REDIRECT, request.release)
    return _content(request, name, is_immutable=True)


def _served_name(request: Request) -> str:
    """Return the served name of the requested file.

    A spreadsheet has the id of its release in its name. It may be written `latest` there, so that
    an address need not change with each release. A file of invented figures may be requested by its
    own name, without the mark.

    Raises:
        Problem: the release has no such file.
    """
    about = request.release.about
    name = request.path_parameters["file"]
    if request.path_parameters["release_id"] == LATEST:
        name = name.replace(LATEST, about.release_id)
    listed = files.listed(request.release).values()
    name = next((file.name for file in listed if file.own_name == name), name)
    titles = {file.name: file.title for file in listed}
    titles |= {ARCHIVE: "All files in one", SUMS: "The SHA-256 of every file"}
    if name not in titles:
        expected = f"a file of the release {about.release_id}"
        raise unknown_choice("unknown-file", expected, name, titles)
    return name


def _content(request: Request, name: str, *, is_immutable: bool) -> Content:
    release = request.release
    if name == SUMS:
        return Content(
            files.sums(release, saved=True),
            "text/plain; charset=utf-8",
            release,
            f"{files.stem(release)}-{SUMS}",
            is_attachment=True,
            is_immutable=is_immutable,
        )
    if name == ARCHIVE:
        return Content(
            ro_crate.archive(release),
            "application/zip",
            release,
            f"{files.stem(release)}.zip",
            is_attachment=True,
            is_immutable=is_immutable,
        )
    file = files.listed(release)[name]
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    return Content(
        files.content(release, file),
        f"{file.media_type}{charset}",
        release,
        files.saved_name(release, file),
        is_attachment=True,
        is_immutable=is_immutable,
        sha256=file.sha256,
    )


FOLDER: Final = Resource(
    f"{PAGE}/{{release_id}}",
    "The files of a release, for people",
    f"Redirects to the list of files on the page `{PAGE}`.",
    _folder,
    formats=(),
    redirects={TEMPORARY_REDIRECT: "The list of files on the page"},
)
"""The address that remains if the name of a file is cut off."""

MARKED_NAME: Final = {
    PERMANENT_REDIRECT: "The file under its served name, which marks invented figures as such"
}
DOWNLOADS: Final = (
    Resource(
        f"{PAGE}/{{release_id}}/{{file}}",
        "Download a file",
        f"A file of the current version of the release. `{LATEST}` redirects to the current "
        f"version of the published release. `{ARCHIVE}` holds all files with a description "
        f"(RO-Crate). `{SUMS}` holds the SHA-256 of each file of the release twice, under the name "
        "in its address and under the name that browsers save it as: `sha256sum --check "
        f"--ignore-missing {SUMS}` checks the files that you have. Files of invented figures have "
        "their status, `example`, in their names.",
        _current_file,
        formats=(),
        redirects={TEMPORARY_REDIRECT: "The permanent address of this version", **MARKED_NAME},
    ),
    Resource(
        f"{PAGE}/{{release_id}}/{{version}}/{{file}}",
        "Download a file of one version",
        "The same file, at a permanent address whose content never changes.",
        _permanent_file,
        formats=(),
        redirects=MARKED_NAME,
    ),
)
"""The resources that serve files."""
