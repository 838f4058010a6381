"""The page on which a reader has the witnesses of a release added up again, there and then.

It is a plain link from the releases page, so that it works without scripts. The work is done once
for each edition (`release.verification`), and in a queue of its own, so that no other answer waits.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from referrals import templates
from referrals.api.downloads import PAGE
from referrals.api.problems import Problem
from referrals.api.request import Request
from referrals.api.resource import Content, Resource
from referrals.cards.html import notices, site_frame
from referrals.content import sitemap
from referrals.errors import ReleaseError
from referrals.formatting import day
from referrals.i18n import messages
from referrals.page_meta import PageHead
from referrals.reference.disclosure_rule import PROTECTION_WIDTH
from referrals.release import files, verification
from referrals.release.proof import UnfinishedError
from referrals.release.release import Release
from referrals.release.verification import Verification

SECTION: Final = sitemap.page(sitemap.key_of(PAGE)).section
RETRY_HEADERS: Final = {"retry-after": f"{verification.RETRY_SECONDS:.0f}"}
SCRIPTS: Final = ("verify.py", "verify.sql")
"""The files of a release that check it."""


def page(request: Request) -> Content:
    """Return the page with the result for one release.

    Raises:
        Problem: the release has no witnesses that are verified here.
    """
    release = request.release
    if not verification.can_verify(release):
        release_id = release.about.release_id
        raise Problem(
            "no-witnesses", messages.text("verification.none", release=release_id, page=PAGE)
        )
    try:
        found = verification.verified(release)
    except UnfinishedError:
        return _not_done(release, "unfinished")
    except ReleaseError:
        return _not_done(release, "unreadable")
    return _content(release, **_result(release, found))


def _result(release: Release, found: Verification) -> dict[str, Any]:
    when = messages.text(
        "verification.when",
        date=day(f"{found.finished_at:%Y-%m-%d}"),
        time=f"{found.finished_at:%H:%M}",
        seconds=f"{found.seconds:.1f}",
        version=files.version(release),
    )
    if not found.holds:
        faults = [
            messages.text(f"verification.fault.{fault}", n=number)
            for fault, number in found.faults.items()
        ]
        lead = messages.text("verification.failed")
        return {"lead": lead, "items": [messages.text("verification.failed_about"), *faults, when]}
    items = [
        messages.text("verification.numbers", numbers=found.numbers),
        messages.text("verification.sums", sums=found.sums, width=PROTECTION_WIDTH),
    ]
    if found.known:
        items.append(messages.text("verification.known", n=found.known))
    return {"lead": messages.text("verification.lead", n=found.witnesses), "items": [*items, when]}


def _not_done(release: Release, lead: str) -> Content:
    return _content(
        release,
        lead=messages.text(f"verification.{lead}"),
        items=[messages.text(f"verification.{lead}_about")],
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _content(
    release: Release, *, lead: str, items: list[str], status: HTTPStatus = HTTPStatus.OK
) -> Content:
    about = release.about
    own_page = f"{PAGE}#release-{about.release_id}"
    scripts = [file for file in files.listed(release).values() if file.own_name in SCRIPTS]
    downloads = [
        templates.link(own_page, messages.text("verification.files")),
        *(templates.link(f"{PAGE}/{about.release_id}/{file.name}", file.title) for file in scripts),
    ]
    title = messages.text("verification.title", release=about.release_id)
    main = templates.render(
        "api/verification.html",
        title=title,
        banner=notices.banner(about),
        lead=lead,
        items=items,
        limits=[messages.text(f"verification.limit_{name}") for name in LIMITS],
        certificate=templates.link(own_page, messages.text("verification.certificate")),
        downloads=downloads,
        back=templates.link(PAGE, messages.text("verification.back")),
        text=messages.text,
    )
    html = site_frame.framed(PageHead(PAGE, title, lead, SECTION), main)
    retry = RETRY_HEADERS if status is not HTTPStatus.OK else {}
    headers = {"content-security-policy": site_frame.POLICY, **retry}
    return Content(
        html.encode(), "text/html; charset=utf-8", release, status=status, headers=headers
    )


LIMITS: Final = ("likely", "knowledge", "certificate")

VERIFICATION: Final = Resource(
    f"{PAGE}/{{release_id}}/verification",
    "Add up the witnesses of a release, for people",
    "A page that says whether every witness agrees with everything published.",
    page,
    formats=(),
)
"""The page. It is not part of the data for programs, which have `verify.py`."""
