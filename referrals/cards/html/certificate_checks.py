"""The certificate of a release in plain words, as HTML: each check, its meaning and its limits.

`cards/html/releases` uses it. The certificate itself is data of the release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.i18n import messages
from referrals.reference.disclosure_rule import LARGEST_GROUP, NEAR_CERTAINTY, PROTECTION_WIDTH
from referrals.release import files, verification
from referrals.release.release import Release

TEMPLATE: Final = "cards/certificate.html"
OWN_NAME: Final = "certificate.json"
TO_READ: Final = "certificate.md"

CHECKS: Final[Mapping[str, str]] = {
    "no number is 1, 2, 3 or 4": "small_numbers",
    "everything adds up": "sums",
    "every range is the one announced": "ranges",
    "every file says the same": "files",
    "published facts hold": "facts",
    "its facts are those of the ledger": "ledger",
    "every witness agrees with all that is published": "witnesses",
    f"every sum that could be 1 to 4 has a range at least {PROTECTION_WIDTH} wide": "widths",
    "no small group shares one crime type or outcome for certain": "groups",
    f"in no group of up to {LARGEST_GROUP} do {NEAR_CERTAINTY}% share one crime type or outcome": (
        "near_certainty"
    ),
    f"its publisher accepted, with a reason, that {NEAR_CERTAINTY}% of a group may share one crime "
    "type or outcome": "accepted_groups",
    "the tables of one and two dimensions are whole, and nothing is finer": "tables",
    "no small number is printed": "printed",
    f"the witnesses leave every withheld cell a range at least {PROTECTION_WIDTH} wide": "withheld",
    "the attacker finds no withheld cell to less than that": "solver",
    "no group of one dimension shares one crime type or outcome for certain": "groups",
}
"""The message of each check by its name in certificates, without release and year."""


@dataclass(frozen=True)
class Check:
    """A check of a certificate for all years together.

    `key` is that of its messages, '' if none explains it. `looked_at` counts the cases checked.
    """

    name: str
    key: str
    holds: bool
    looked_at: int


def html(release: Release) -> Markup:
    """Return the certificate of a release; the reason if it has none."""
    if not release.about.is_from_records:
        return templates.macro(TEMPLATE, "without", _title(), messages.text("certificate.none"))
    if OWN_NAME not in release.files:
        return Markup()
    document = json.loads(release.files[OWN_NAME])
    found = checks(document)
    return templates.macro(
        TEMPLATE,
        "certificate",
        title=_title(),
        about=messages.text("certificate.about"),
        summary=_summary(found),
        checks=[_explained(check) for check in found],
        limits_heading=messages.text("certificate.limits"),
        limits=document["limits"],
        full=_link_to_file(release),
        verify=_verify(release),
    )


def checks(document: Mapping[str, Any]) -> Sequence[Check]:
    """Return the checks of a certificate in their order, each for all years together.

    The name of a check is after the release and the year: "example, EY1: everything adds up".
    """
    together: dict[str, list[Mapping[str, Any]]] = {}
    for check in document["checks"]:
        name = check["name"].partition(": ")[2] or check["name"]
        together.setdefault(name, []).append(check)
    return [_check(name, own) for name, own in together.items()]


def _check(name: str, own: Sequence[Mapping[str, Any]]) -> Check:
    """Return one check of a certificate from its results for each year."""
    return Check(
        name=name,
        key=CHECKS.get(name, ""),
        holds=all(check["holds"] for check in own),
        looked_at=sum(check["looked_at"] for check in own),
    )


def verification_address(release: Release) -> str:
    """Return the address at which the witnesses of a release are added up again."""
    return f"/releases/{release.about.release_id}/verification"


def _title() -> str:
    return messages.text("certificate.title")


def _summary(found: Sequence[Check]) -> str:
    faults = sum(not check.holds for check in found)
    key = "certificate.summary_with_faults" if faults else "certificate.summary"
    return messages.text(key, n=len(found), faults=faults)


def _explained(check: Check) -> dict[str, object]:
    """Return a check as its name, its result, and its explanation: attempt, meaning and limit."""
    result = messages.text("certificate.holds" if check.holds else "certificate.fails")
    looked_at = messages.text("certificate.looked_at", n=check.looked_at, result=result)
    if not check.looked_at and check.holds:
        looked_at = messages.text("certificate.nothing_to_look_at")
    if not check.key:
        return {"name": check.name, "result": looked_at, "parts": []}
    parts = [
        (
            messages.text(f"certificate.{part}"),
            messages.text(f"certificate.check.{check.key}.{part}"),
        )
        for part in ("tried", "means", "limit")
    ]
    name = messages.text(f"certificate.check.{check.key}.name")
    return {"name": name, "result": looked_at, "parts": parts}


def _link_to_file(release: Release) -> Markup:
    named = {file.own_name: file.name for file in files.listed(release).values()}
    if TO_READ not in named:
        return Markup()
    address = f"/releases/{release.about.release_id}/{named[TO_READ]}"
    return templates.link(address, messages.text("certificate.full"))


def _verify(release: Release) -> Markup:
    if not verification.can_verify(release):
        return Markup()
    return templates.macro(
        TEMPLATE,
        "verify",
        messages.text("certificate.verify_about"),
        verification_address(release),
        messages.text("certificate.verify"),
    )
