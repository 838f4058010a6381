"""The certificate of a release: what was attacked, with what result, in plain English and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from referrals import tables
from referrals.places import REFERENCE, SHIPPED
from referrals.publishing.audit import Check
from referrals.publishing.public import PublicRelease

LAY_SENTENCE: Final = (
    "Totals by one thing alone, such as sex, are exact. Small groups are adjusted to protect people: 0 can mean 0 to 4, and "
    "5, 6 or 7 can stand for a smaller number."
)
"""The sentence shown beside every chart of such a release."""

TEMPLATE: Final = SHIPPED / "certificate.md"

ILLUSTRATIVE: Final = (
    "**These figures are invented. They are not about real people.** They show what quarterly publication could look like."
)

LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely: the numbers in it are not equally probable.
A published 5, 6 or 7 proves that there is somebody. Whether it is itself or stands for 1 to 4, nobody can tell.
Counts of 8 or more in the smallest groups are exact.
Counts are of referrals, and one person may be several of them. Where the records say which are of the same person, no exact
 number of five or more describes fewer than five people, and no category fewer than ten; where they do not, that could not be
 checked. What changed between two releases is counted in referrals alone.
Somebody who is counted in a group that shows 5 or more learns nothing more from it: every witness has somebody in that group,
 so every range is as wide for them as for anybody.
Somebody who is counted in a group that shows 0 knows that it is 1 to 4, and of the others in it no more than 0 to 3. What they
 can work out from that about other numbers is not proved: the ranges are those of readers who do not know it.
Whoever had the publisher's secret key could repeat the search. The key is in no public file.
Releases of the same records must be audited together. What did not change keeps its number, and changes that would move a
 total by fewer than ten are held back. They are attacked in pairs; what three or more tell together is not tested.
""".strip()
    .replace("\n ", " ")
    .splitlines()
)
"""What the proof does not say."""

STATUSES: Final[Mapping[str, str]] = {
    "": "exact",
    "e": "estimated: adjusted to protect people, within the announced largest error",
    "r": "revised: not the number of the release before; exact where lower and upper are the same",
}


def as_data(release: PublicRelease, checks: Sequence[Check]) -> dict[str, Any]:
    """Return the certificate as data: the method, the announced errors, every check with its result."""
    return {
        "release_id": release.release_id,
        "status": release.status,
        "method": release.method,
        "lay_sentence": LAY_SENTENCE,
        "largest_error": {str(order): error for order, error in release.largest_error.items()},
        "checks": [{"name": check.name, "holds": check.holds, "looked_at": check.looked_at} for check in checks],
        "limits": list(LIMITS),
    }


def as_text(release: PublicRelease, checks: Sequence[Check]) -> str:
    """Return the certificate in plain English, as Markdown."""
    parts = {
        "title": f"# Certificate of the release {release.release_id}",
        "illustrative": f"\n{ILLUSTRATIVE}\n" if release.status == "illustrative" else "",
        "rule": LAY_SENTENCE,
        "held_back": "".join(
            f"- Some later changes to the records of {year} are not in this release. Its totals are exact of those that are.\n"
            for year in release.held_back
        ),
        "errors": "\n".join(
            f"- A number that fixes {order} dimensions at once is off by {error} at most."
            for order, error in sorted(release.largest_error.items())
        ),
        "facts": facts(release),
        "checks": rows(checks),
        "measured": "\n".join(f"| {' | '.join(row.values())} |" for row in tables.read(REFERENCE / "rounding_errors.csv")),
        "limits": "\n".join(f"- {limit}" for limit in LIMITS),
    }
    return TEMPLATE.read_text(encoding="utf-8").format(**parts)


def write(folder: Path, release: PublicRelease, checks: Sequence[Check]) -> None:
    """Write the certificate of a release into its folder."""
    (folder / "certificate.md").write_text(as_text(release, checks), encoding="utf-8")
    data = json.dumps(as_data(release, checks), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(data + "\n", encoding="utf-8")


def rows(checks: Sequence[Check]) -> str:
    """Return checks as the rows of a table in Markdown."""
    return "\n".join(f"| {check.name} | {check.looked_at:,} | {'holds' if check.holds else check.fault} |" for check in checks)


def facts(release: PublicRelease) -> str:
    """Return the published facts that a release agrees with as an item of a list in Markdown, '' where there is none."""
    names = [fact.name for year in release.years.values() for fact in year.facts]
    return f"- These statements of the published assessment still hold: {', '.join(names)}." if names else ""
