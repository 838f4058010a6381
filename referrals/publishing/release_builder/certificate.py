"""The certificate of a release: the attacks that were tried, and their results.

Written as Markdown and as JSON by both release builders, each with its own `CertificateText`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referrals.paths import REFERENCE, RELEASE_TEMPLATES
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.consistency.file_consistency import csv_cells, order_of
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import describe
from referrals.publishing.disclosure.rounding.likelihood import SAMPLE
from referrals.reference import disclosure_rule, table_schema
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS
from referrals.release.release import MARKS

ADJUSTED: Final = (
    "Other numbers were adjusted to protect people and may be up to {error} away from the true "
    "count."
)
LAY_SENTENCE: Final = f"Totals of a year by one thing alone, such as sex, are exact. {ADJUSTED}"
"""Beside the numbers of a release of rounded counts, with its largest error."""

LAY_SENTENCE_HELD_BACK: Final = (
    "Totals of a year by one thing alone, such as sex, are exact unless a range stands beside "
    f"them: some changes to the records cannot be shown safely yet. {ADJUSTED}"
)
"""The same for a release in which changes of a year are held back."""

LARGEST_CELL_ERROR: Final = LARGEST_AMBIGUOUS - 1
"""A smallest group that shows 7 can be 1."""

INVENTED: Final = (
    "**{mark}.** These figures are not about real people. They show what yearly publication by "
    "quarter could look like."
)
"""The sentences on invented figures, after their mark."""


def _gain() -> str:
    """Return the measured gain of an attacker with a model of the population, in a sentence."""
    *_, best = table_schema.read(REFERENCE / "inference_gain.csv")
    return (
        "Of 1,336 invented records, one who knew all two-way sums of the population could call "
        f'{best["called"]} of the smallest groups that show 5, 6 or 7 "exactly one", rightly in '
        f"{best['right']}; and of the 50 groups that show 0 and are likeliest to hold somebody, "
        f"{best['occupied']} do."
    )


LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely. A guess can be better than the range: the
 benchmark above says how good.
A published 5, 6 or 7 proves that there is somebody. Most often it stands for one.
Counts of 8 or more in the smallest groups are exact.
Counts are of referrals, and one person may be several of them. Where the records say which are of
 the same person, no exact number of five or more describes fewer than five people, and no
 category fewer than ten; where they do not, that could not be checked. Of a year whose later
 changes are held back it was not checked for the numbers shown, but for the records as they are.
 What changed between two releases is counted in referrals alone.
Somebody who knows of two or more people in one group, or of people in several, can rule out more
 than a stranger. What they can work out is not tested.
The way of choosing numbers is public, and only its key is secret. Somebody who tries other records
 with many keys can rule out those that hardly ever give these numbers. So the publisher looked at
 up to {sample} small sums, drawn at random: each has two possible truths, 4 or more apart, which
 give these numbers at least a fifth as often as the records do. This check uses the records, so
 it cannot be repeated from the public files, and it is not done for the changes of a revision. For
 a large year the probability under the records is a bound that assumes a long random choice.
Somebody with a model of the population guesses better than these ranges. {gain}
Whoever had the publisher's secret key could repeat the choice. The key is in no public file.
Most people of a published group may share a crime type or an outcome, so that a guess about one
 of them can be right. Groups with three codes or more in common are looked at for certainty alone.
Sums of one code, or of all, of each dimension are looked at. Sums of some codes, such as two age
 bands, are not: they may have a narrower range.
A category of which all or nearly all share one crime type, or one outcome, is grouped with
 others. Somebody who knows that it has many people, and misses it in the list, can tell why.
Releases of the same records must be audited together. What did not change keeps its number, and
 changes that would move a total by fewer than ten, or from which it would be certain that one
 smallest group moved by 1 to 4, are held back. All pairs are attacked. Three or more releases of a
 year are attacked together for the smallest groups and for sums of two codes, in the quarters that
 all of them cover; sums of more codes are attacked in pairs only.
""".strip()
    .replace("\n ", " ")
    .format(sample=SAMPLE, gain=_gain())
    .splitlines()
)
"""The limits of the proof of a release of rounded counts."""


@dataclass(frozen=True)
class CertificateText:
    """The texts of the certificates of one method.

    `lay_sentence` returns how exact the numbers of a release are, as a sentence. `group_counts`
    returns a sentence for each year on how many of its groups are protected.
    """

    template: Path
    lay_sentence: Callable[[PublicRelease], str]
    limits: Sequence[str]
    group_counts: Callable[[PublicRelease], Iterable[str]]


def as_data(
    release: PublicRelease, checks: Sequence[Check], text: CertificateText
) -> dict[str, Any]:
    """Return the certificate as data: the method, the announced errors, and every check."""
    return {
        "release_id": release.release_id,
        "status": release.status,
        "method": release.method,
        "lay_sentence": text.lay_sentence(release),
        "largest_error": {str(order): error for order, error in release.largest_error.items()},
        "inexact_totals": [
            {"codes": list(codes), "largest_error": error}
            for codes, error in release.inexact_totals.items()
        ],
        "checks": [
            {"name": check.name, "holds": check.holds, "looked_at": check.looked_at}
            for check in checks
        ],
        "accepted": list(release.accepted),
        "settings": disclosure_rule.read(),
        "limits": list(text.limits),
    }


def as_markdown(release: PublicRelease, checks: Sequence[Check], text: CertificateText) -> str:
    """Return the certificate in plain English, as Markdown."""
    mark = MARKS.get(release.status)
    fields = {
        "title": f"# Certificate of the release {release.release_id}",
        "invented": f"\n{INVENTED.format(mark=mark)}\n" if mark else "",
        "rule": text.lay_sentence(release),
        "exact_totals": _exact_totals(release),
        "held_back": "".join(_held_back(release, year) for year in release.held_back),
        "errors": _largest_errors(release),
        "facts": _facts(release),
        "checks": "\n".join(map(_check_row, checks)),
        "counts": _bullets(text.group_counts(release)),
        "accepted": _accepted(release),
        "ranges": "\n".join(_range_rows(release)),
        "settings": disclosure_rule.PATH.read_text(encoding="utf-8").strip(),
        "measured": _reference_rows("rounding_errors"),
        "truths": _reference_rows("rounding_truths"),
        "limits": _bullets(text.limits),
    }
    return text.template.read_text(encoding="utf-8").format(**fields)


def lay_sentence(errors: Iterable[int], *, is_behind: bool) -> str:
    """Return the sentence on how exact the numbers of a release of rounded counts are.

    Args:
        errors: the announced largest errors.
        is_behind: whether some totals are not exact, because changes are held back.
    """
    sentence = LAY_SENTENCE_HELD_BACK if is_behind else LAY_SENTENCE
    return sentence.format(error=max(LARGEST_CELL_ERROR, *errors))


def write(
    folder: Path, release: PublicRelease, checks: Sequence[Check], text: CertificateText
) -> None:
    """Write `certificate.md` and `certificate.json` into the folder of a release."""
    markdown = as_markdown(release, checks, text)
    (folder / "certificate.md").write_text(markdown, encoding="utf-8")
    data = json.dumps(as_data(release, checks, text), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(data + "\n", encoding="utf-8")


def _exact_totals(release: PublicRelease) -> str:
    are_exact = "are exact, except those listed below" if release.inexact_totals else "are exact"
    return (
        "The total, and the totals of one nationality, age band, sex, crime type, outcome or "
        f"quarter, {are_exact}. Other sums are close, and marked [e]."
    )


def _held_back(release: PublicRelease, year: str) -> str:
    """Return bullets on the numbers of a year that are behind its records."""
    lines = [f"Some later changes to the records of {year} are not in this release."]
    quarters = release.years[year].categories["quarter"]
    errors = defaultdict[int, list[str]](list)
    for codes, error in release.inexact_totals.items():
        if codes[0] in {year, *quarters}:
            errors[error].append(describe(codes))
    for error, totals in sorted(errors.items()):
        listed = "; ".join(totals)
        lines.append(f"These totals may be off by up to {error}, and are marked [r]: {listed}.")
    if error := release.cell_errors.get(year, 0):
        lines.append(
            f"A number of a smallest group in {year} may be off by {error} more than the rule says."
        )
    return "".join(f"- {line}\n" for line in lines)


def _largest_errors(release: PublicRelease) -> str:
    return "\n".join(
        f"- A number that fixes {order} dimensions at once is off by {error} at most."
        for order, error in sorted(release.largest_error.items())
    )


def _check_row(check: Check) -> str:
    return f"| {check.name} | {check.looked_at:,} | {'holds' if check.holds else check.fault} |"


def _facts(release: PublicRelease) -> str:
    """Return a bullet with the published facts that a release agrees with, or '' without any."""
    names = [fact.name for year in release.years.values() for fact in year.facts]
    if not names:
        return ""
    return f"- These statements of the published assessment still hold: {', '.join(names)}."


def _accepted(release: PublicRelease) -> str:
    """Return a sentence on the checks that the publisher overrode, or '' without any."""
    if not release.accepted:
        return ""
    return (
        f"\nThe publisher accepted what these checks found, and has recorded the reason: "
        f"{', '.join(release.accepted)}.\n"
    )


def _range_rows(release: PublicRelease) -> Iterator[str]:
    """Yield a row for each order of the listed numbers: how many are exact, and the ranges."""
    widths = defaultdict[int, list[int]](list)
    for codes, (_, low, high, _) in csv_cells(release.folder / "cells.csv").items():
        if low and high:
            widths[order_of(codes, release)].append(int(high) - int(low))
    for order, found in sorted(widths.items()):
        exact = found.count(0) / len(found)
        mean = sum(found) / len(found)
        yield f"| {order} | {len(found):,} | {exact:.0%} | {mean:.1f} | {max(found)} |"


def _rule(release: PublicRelease) -> str:
    """Return the sentence on how exact the numbers are, as the manifest has it."""
    return str(release.manifest["disclosure_control"]["rule"])


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _reference_rows(name: str) -> str:
    """Return a table of `data/reference` as the rows of a Markdown table."""
    rows = table_schema.read(REFERENCE / f"{name}.csv")
    return "\n".join(f"| {' | '.join(row.values())} |" for row in rows)


def _in_visible_groups(release: PublicRelease) -> Iterator[str]:
    """Yield a sentence a year: at least how many referrals are in groups that show a number."""
    for year in release.years.values():
        total = sum(year.cells.values())
        least = sum(value if value > LARGEST_AMBIGUOUS else 1 for value in year.cells.values())
        yield f"{year.year}: at least {least:,} of {total:,} referrals ({least / total:.0%})"


ROUNDED_TEXT: Final = CertificateText(
    RELEASE_TEMPLATES / "certificate.md", _rule, LIMITS, _in_visible_groups
)
