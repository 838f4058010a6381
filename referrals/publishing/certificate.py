"""The certificate of a release: what was attacked, with what result, in plain English and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from referrals import tables
from referrals.places import REFERENCE
from referrals.publishing.audit import Check
from referrals.publishing.public import PublicRelease

LAY_SENTENCE: Final = (
    "Totals are exact. Small groups are adjusted to protect people: 0 can mean 0 to 4, and 5, 6 or 7 can stand for a smaller "
    "number."
)
"""The sentence shown beside every chart of such a release."""

ILLUSTRATIVE: Final = (
    "**These figures are invented. They are not about real people.** They show what quarterly publication could look like."
)

LIMITS: Final = (
    "A range says what is possible, not what is likely: the numbers in it are not equally probable.",
    "A published 5, 6 or 7 proves that there is somebody. Counts of 8 or more outside the small groups are exact, and so is a "
    "5, 6 or 7 that happens to be itself: nobody can tell which.",
    "Somebody who knows that they are counted in a small group knows that it is not empty. They can say no more of the others "
    "in it than that they are 0 to 3.",
    "Whoever had the publisher's secret key could repeat the search. The key is in no public file.",
    "Releases of the same records must be audited together. Decisions on what did not change are kept, and changes that would "
    "move a total by fewer than ten are held back.",
)
"""What the proof does not say."""

STATUSES: Final[Mapping[str, str]] = {
    "": "exact",
    "e": "estimated: adjusted to protect people, within the announced largest error",
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
    return "\n".join(
        [
            f"# Certificate of the release {release.release_id}",
            "",
            *([ILLUSTRATIVE, ""] if release.status == "illustrative" else []),
            "This page says how the people behind these numbers are protected, what was done to break the protection, and how "
            "anybody can check it.",
            "",
            "## How to read the numbers",
            "",
            LAY_SENTENCE,
            "",
            "- The total, and every total of one nationality, age band, sex, crime type, outcome or quarter, is exact.",
            "- Every number is a sum of the same smallest groups, so everything adds up.",
            "- No number from 1 to 4 is published, at any level.",
            *(
                f"- A number that fixes {order} dimensions at once is off by {error} at most."
                for order, error in sorted(release.largest_error.items())
            ),
            *_facts(release),
            "",
            "## What was attacked",
            "",
            "The attacker has the public files and nothing else, and shares no code with what protected the counts. It knows the "
            "rule, the exact totals, the announced errors, the facts published before, and that people are counted in whole "
            "numbers.",
            "",
            "| what was looked at | how many | result |",
            "|---|---|---|",
            *(f"| {check.name} | {check.looked_at:,} | {'holds' if check.holds else check.fault} |" for check in checks),
            "",
            "A **witness** is another set of whole numbers that agrees with everything published here. The witnesses were built "
            "from the public files alone. Between them they give every number that could be 1 to 4 a range at least 4 wide: "
            "nobody can tell which witness, or which other set, is the true one.",
            "",
            "## Check it yourself",
            "",
            "    python verify.py .",
            "",
            "The script is part of the release. It has about 60 lines, needs only Python, uses none of our code, and checks every "
            "sum and every witness by addition.",
            "",
            "## What the method does to numbers",
            "",
            "Measured on illustrative records of 2020-21 (1,336 of them), and not on the records of this release.",
            "",
            "| dimensions fixed | numbers compared | mean error | largest error | exact |",
            "|---|---|---|---|---|",
            *(
                f"| {row['dimensions']} | {int(row['sums']):,} | {row['mean_error']} | {row['largest_error']} | {row['exact_share']} |"
                for row in tables.read(REFERENCE / "rounding_errors.csv")
            ),
            "",
            "## What this does not prove",
            "",
            *(f"- {limit}" for limit in LIMITS),
            "",
        ]
    )


def write(folder: Path, release: PublicRelease, checks: Sequence[Check]) -> None:
    """Write the certificate of a release into its folder."""
    (folder / "certificate.md").write_text(as_text(release, checks), encoding="utf-8")
    data = json.dumps(as_data(release, checks), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(data + "\n", encoding="utf-8")


def _facts(release: PublicRelease) -> list[str]:
    names = [fact.name for year in release.years.values() for fact in year.facts]
    if not names:
        return []
    return [f"- These statements of the published assessment still hold: {', '.join(names)}."]
