"""The certificate of a release: what was attacked, with what result, in plain English and as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referrals.paths import REFERENCE, RELEASE_TEMPLATES
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import LARGEST_AMBIGUOUS
from referrals.reference import table_schema

LAY_SENTENCE: Final = (
    "Totals of a year by one thing alone, such as sex, are exact. Small groups are adjusted to protect people: 0 can mean 0 to "
    "4, and 5, 6 or 7 can stand for a smaller number."
)
"""The sentence shown beside every chart of such a release."""

ILLUSTRATIVE: Final = (
    "**These figures are invented. They are not about real people.** They show what yearly publication by quarter could look "
    "like."
)

LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely. A guess can be better than the range: the table above says how good.
A published 5, 6 or 7 proves that there is somebody. Most often it stands for one.
Counts of 8 or more in the smallest groups are exact.
Counts are of referrals, and one person may be several of them. Where the records say which are of the same person, no exact
 number of five or more describes fewer than five people, and no category fewer than ten; where they do not, that could not be
 checked. Of a year whose later changes are held back it was not checked for the numbers shown, but for the records as they
 are. What changed between two releases is counted in referrals alone.
Somebody who knows of two or more people in one group, or of people in several, can rule out more than a stranger. What they
 can work out is not tested.
The way of choosing numbers is public, and only its key is secret. Somebody who has a guess at the records could try it with
 many keys, and see whether numbers like these come out. That is not tested.
Whoever had the publisher's secret key could repeat the choice. The key is in no public file.
Sums of one code, or of all, of each dimension are looked at. Sums of some codes, such as two age bands, are not: they may have
 a narrower range.
A nationality whose people all share one crime type, or one outcome, is grouped with others. Somebody who knows that it has
 many people, and misses it in the list, can tell why.
Releases of the same records must be audited together. What did not change keeps its number, and changes that would move a
 total by fewer than ten, or from which it would be certain that one smallest group moved by 1 to 4, are held back. They are
 attacked in pairs; what three or more tell together is not tested.
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


@dataclass(frozen=True)
class Words:
    """What certificates of releases of one method say alike, and `counts`: what they say of how many are protected."""

    template: Path
    lay_sentence: str
    limits: Sequence[str]
    counts: Callable[[PublicRelease], Iterable[str]]


def as_data(release: PublicRelease, checks: Sequence[Check], words: Words) -> dict[str, Any]:
    """Return the certificate as data: the method, the announced errors, every check with its result."""
    return {
        "release_id": release.release_id,
        "status": release.status,
        "method": release.method,
        "lay_sentence": words.lay_sentence,
        "largest_error": {str(order): error for order, error in release.largest_error.items()},
        "checks": [
            {"name": check.name, "holds": check.holds, "looked_at": check.looked_at}
            for check in checks
        ],
        "limits": list(words.limits),
    }


def as_text(release: PublicRelease, checks: Sequence[Check], words: Words) -> str:
    """Return the certificate in plain English, as Markdown."""
    parts = {
        "title": f"# Certificate of the release {release.release_id}",
        "illustrative": f"\n{ILLUSTRATIVE}\n" if release.status == "illustrative" else "",
        "rule": words.lay_sentence,
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
        "counts": _listed(words.counts(release)),
        "measured": _measured("rounding_errors"),
        "truths": _measured("rounding_truths"),
        "limits": _listed(words.limits),
    }
    return words.template.read_text(encoding="utf-8").format(**parts)


def write(folder: Path, release: PublicRelease, checks: Sequence[Check], words: Words) -> None:
    """Write the certificate of a release into its folder."""
    (folder / "certificate.md").write_text(as_text(release, checks, words), encoding="utf-8")
    data = json.dumps(as_data(release, checks, words), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(data + "\n", encoding="utf-8")


def rows(checks: Sequence[Check]) -> str:
    """Return checks as the rows of a table in Markdown."""
    return "\n".join(
        f"| {check.name} | {check.looked_at:,} | {'holds' if check.holds else check.fault} |"
        for check in checks
    )


def facts(release: PublicRelease) -> str:
    """Return the published facts that a release agrees with as an item of a list in Markdown, '' where there is none."""
    names = [fact.name for year in release.years.values() for fact in year.facts]
    return (
        f"- These statements of the published assessment still hold: {', '.join(names)}."
        if names
        else ""
    )


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _measured(name: str) -> str:
    """Return a table of reference data as the rows of a table in Markdown."""
    return "\n".join(
        f"| {' | '.join(row.values())} |" for row in table_schema.read(REFERENCE / f"{name}.csv")
    )


def _shown(release: PublicRelease) -> Iterator[str]:
    """Yield for each year how many are at least in groups that show a number, as everybody can work out."""
    for year in release.years.values():
        everybody = sum(year.cells.values())
        least = sum(value if value > LARGEST_AMBIGUOUS else 1 for value in year.cells.values())
        yield f"{year.year}: at least {least:,} of {everybody:,} referrals ({least / everybody:.0%})"


ADJUSTED: Final = Words(RELEASE_TEMPLATES / "certificate.md", LAY_SENTENCE, LIMITS, _shown)
"""The words of releases of adjusted numbers."""
