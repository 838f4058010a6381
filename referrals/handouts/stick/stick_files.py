"""The files of a stick: show, slides, sheets, static site and data, and a page to start at.

The static site is another presenter, so it comes as the finished folder that `make site` writes.
It must show the release that the show is made of, and hold its data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from referrals import templates
from referrals.atomic_folder import SUMS
from referrals.content.sheet_pack import CONTENTS, Pack, PackedSheet
from referrals.errors import ReferralsError
from referrals.formatting import day
from referrals.handouts.presentation import choice, show, story
from referrals.handouts.presentation.show import Show
from referrals.handouts.slides import deck
from referrals.i18n import languages, messages
from referrals.language import ENGLISH
from referrals.release import files as release_files
from referrals.release.contract import MANIFEST
from referrals.release.release import Release

START: Final = "START-HERE.html"
SHOW, SLIDES = "show.html", "slides.pptx"
A4: Final = "A4"
SITE, DATA, SHEETS = "site", "data", "sheets"
CHECK: Final = "check.py"
CHECKS: Final = ("python3 check.py", "sha256sum --check SHA256SUMS", "shasum -a 256 -c SHA256SUMS")
"""Commands that check the folder: with Python, on Linux and on a Mac."""


def files(
    release: Release,
    site: Mapping[str, bytes],
    pack: Pack,
    *,
    base: str,
) -> dict[str, bytes]:
    """Return every file of a stick by its path. The same input always makes the same bytes.

    `site` has the files of the static site by their paths, `pack` the briefing sheets.
    """
    slides = story.slides(release)
    show_page = show.offline(Show(choice.read((), slides), base))
    data = {
        file.name: release_files.content(release, file)
        for file in release_files.listed(release).values()
    }
    found = {
        SHOW: show_page.encode(),
        SLIDES: deck.write(slides, base=base, about=release.about),
        CHECK: templates.render("handouts/check.py.txt").encode(),
        **{f"{SHEETS}/{name}": content for name, content in sorted(pack.files.items())},
        **{f"{DATA}/{name}": content for name, content in data.items()},
        f"{DATA}/{release_files.SUMS}": release_files.sums(release),
        **{f"{SITE}/{name}": content for name, content in sorted(site.items())},
    }
    start = _start(release, pack.sheets)
    return {START: start.encode(), **found}


def read_site(folder: Path, release: Release) -> dict[str, bytes]:
    """Return the files of a static site by their paths, without its own checksums.

    Raises:
        ReferralsError: the folder is not a complete static site, or not one of this release.
    """
    remedy = "Write it with: python -m referrals.static_site build --to " + str(folder)
    if not (folder / SUMS).is_file():
        raise ReferralsError(f"{folder} is not the folder of a static site. {remedy}")
    found: dict[str, bytes] = {}
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file() or hashlib.sha256(content := path.read_bytes()).hexdigest() != digest:
            raise ReferralsError(f"{path} is missing, or differs from {folder / SUMS}. {remedy}")
        found[name] = content
    manifest = found.get(f"releases/{release.about.release_id}/{MANIFEST}")
    if manifest != release.files[MANIFEST]:
        raise ReferralsError(
            f"{folder} does not hold the release {release.about.release_id} as it is now: it was "
            f"written before a change, or for a server (--base). {remedy}"
        )
    return found


def check_sheets(pack: Pack, folder: Path, release: Release) -> None:
    """Check, by their file names, that all briefing sheets of a folder are of a release.

    Raises:
        ReferralsError: a sheet is of another release.
    """
    release_id = release.about.release_id
    for sheet in pack.sheets:
        if sheet.file != CONTENTS and not sheet.file.endswith(f"-{release_id}.pdf"):
            raise ReferralsError(
                f"{folder / sheet.file} is not of the release {release_id}, as the rest of the "
                f"folder is. Write the sheets with: python -m referrals.handouts packs --to "
                f"{folder}"
            )


def _start(release: Release, sheets: Iterable[PackedSheet]) -> str:
    """Return the page to start at.

    It lists the sheets on A4, by the people they are for. The contents sheet names the others.
    """
    about = release.about
    on_a4: dict[str, list[tuple[str, str]]] = {}
    for sheet in sheets:
        if sheet.paper == A4 and sheet.file != CONTENTS:
            link = f"{SHEETS}/{sheet.file}", sheet.subject or sheet.title
            on_a4.setdefault(_group(sheet), []).append(link)
    return str(
        templates.render(
            "handouts/start_here.html",
            tag=languages.tag(ENGLISH),
            words=lambda name: messages.text(f"present.stick.{name}"),
            leave=messages.text("shell.leave"),
            empty_page=show.EMPTY_PAGE,
            show=SHOW,
            slides=SLIDES,
            site=f"{SITE}/index.html",
            data=f"{DATA}/",
            data_files=[file.name for file in release_files.listed(release).values()],
            data_about=messages.text("present.stick.data_about", release=about.release_id),
            contents=f"{SHEETS}/{CONTENTS}",
            sheets=on_a4,
            checks=CHECKS,
            release=messages.text(
                "present.stick.release", release=about.release_id, date=day(about.published_on)
            ),
            attribution=about.attribution,
        )
    )


def _group(sheet: PackedSheet) -> str:
    """Return the heading above a sheet: the people that it is for, and its language."""
    audience = messages.text(f"briefing_page.for.{sheet.audience}")
    if sheet.language == ENGLISH:
        return audience
    language = languages.own_name(sheet.language)
    return messages.text("wording.row", label=audience, value=language)
