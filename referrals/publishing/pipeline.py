"""The publishing pipeline: extracts in, a draft of a protected release out, or nothing.

Called by the command `publish`. The steps: validate, count, recode, protect, build, attack, stage.
A draft binds nothing until it is approved (`approval`). `docs/architecture.md` follows a record
through the steps.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic

from referrals.paths import RELEASES
from referrals.publishing import approval, protected_counts, risk_report
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.history import audit_log, drafts, history
from referrals.publishing.history.drafts import Base, Draft
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.options import Options, private_folder
from referrals.publishing.protected_counts import Progress, Protected, Tabulated
from referrals.publishing.rehearsal import LONGEST_RUN
from referrals.publishing.release_builder import rounded, suppressed
from referrals.publishing.release_builder.manifest import ReleaseInfo
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.release.release import EXAMPLE


@dataclass(frozen=True)
class Summary:
    """The result for the publisher. It has true counts, and is in no public file.

    `without_person_id` is the number of records without a person_id; `disagreeing` are the
    published facts that the records contradict. `folder_options` are the options of `approve` that
    name folders.
    """

    folder: Path
    records: int
    years: tuple[Revision | SuppressedYear, ...]
    checks: tuple[Check, ...]
    disagreeing: tuple[str, ...]
    without_person_id: int
    replaces: bool = False
    has_new_key: bool = False
    regrouped: tuple[str, ...] = ()
    groupings: Sequence[str] = ()
    report: Path | None = None
    folder_options: str = ""
    unnamed: Sequence[str] = ()

    def as_text(self) -> str:
        """Return the summary in sentences, one a line."""
        name = self.folder.name
        years = f"{len(self.years)} year{'s' if len(self.years) > 1 else ''}"
        lines = [f"{name}: a draft of {self.records:,} records of {years}, in {self.folder}."]
        if self.replaces:
            lines.append(
                "Once approved, it replaces the release of this name. Readers may have copies of "
                "that: use a new name."
            )
        lines += self.groupings
        lines += [line for year in self.years for line in year.summary]
        lines += self.questions.values()
        if self.unnamed:
            lines.append(
                f"The release names no {' and no '.join(self.unnamed)}: state "
                f"{' and '.join(self.unnamed)} in the settings, and publish again."
            )
        if self.has_new_key:
            lines.append("A new secret key was made in the private folder. Back that folder up.")
        if self.report:
            lines.append(f"Risk and utility, with true counts: {self.report}. Do not publish it.")
        lines.append(f"{len(self.checks)} checks hold. Nothing binds yet, and no reader sees it.")
        lines.append(
            f"Read {self.folder / 'certificate.md'}, then: "
            f"approve {name} --by YOUR-NAME{self.folder_options}"
        )
        return "\n".join(lines)

    @property
    def questions(self) -> dict[str, str]:
        """The points that an approver should look at, by name: a reason can be given for each."""
        questions = {}
        if self.without_person_id:
            questions["no-person-id"] = (
                f"{self.without_person_id:,} of the records have no person_id: whether some are of "
                "the same person could not be checked."
            )
        for number, sentence in enumerate(self.regrouped, start=1):
            questions[f"grouped-{number}"] = sentence
        if self.disagreeing:
            questions["published-figures"] = (
                "The records do not agree with these published figures: "
                f"{', '.join(self.disagreeing)}."
            )
        return questions


def folder_options(options: Options) -> str:
    """Return the options that `approve` needs to find the folders that `publish` used."""
    folders = [
        ("--to", options.releases, RELEASES),
        ("--private", options.private, private_folder()),
    ]
    return "".join(
        f" {name} {shlex.quote(str(folder))}"
        for name, folder, default in folders
        if folder.resolve() != default.resolve()
    )


def publish(
    extracts: Sequence[Path], options: Options, *, progress: Progress = lambda _: None
) -> Summary:
    """Make a draft of a release from extracts, and return a summary.

    Raises:
        ExtractError: an extract has lines that cannot be used.
        DisclosureError: an option is wrong, the counts cannot be protected, or an attack on the
            release succeeded. Nothing was written.
    """
    options.check()
    with history.lock(options.private, options.staging):
        store = PrivateStore(options.private, new_key=options.new_key)
        approval.complete_interrupted(store)
        return _publish(extracts, options, store, progress)


def _publish(
    extracts: Sequence[Path], options: Options, store: PrivateStore, progress: Progress
) -> Summary:
    start = monotonic()
    protected = protected_counts.protect(extracts, options, store, progress=progress)
    left = ceil((monotonic() - start) * (LONGEST_RUN - 1))
    progress(f"protected; building and attacking the draft usually takes up to {left:,} s more")
    tabulated, agreed, years = protected.tabulated, protected.agreed, protected.years
    releases = tabulated.releases
    names = [year.year for year in years]
    earlier = releases.published(names, replacing=options.release_id)
    base = releases.state(names, earlier)
    inputs = store.digest(list(extracts))
    info = _release_info(options, tabulated, protected.previous_years, earlier, inputs=inputs)
    folder = options.staging / options.release_id
    folders = [release.folder for release in earlier]
    checks = _write(folder, years, info, earlier=folders, progress=progress)
    summary = Summary(
        folder=folder,
        records=sum(sum(year.true.values()) for year in years),
        years=tuple(years),
        checks=tuple(checks),
        disagreeing=tuple(name for facts in agreed for name in facts.disagreeing),
        without_person_id=tabulated.without_person_id,
        replaces=options.releases / options.release_id in folders,
        has_new_key=store.has_new_key,
        regrouped=tuple(info.regrouped),
        groupings=tabulated.groupings,
        report=risk_report.write(
            options.private,
            folder,
            years,
            tabulated.near_certain,
            options.accepted,
            is_example=releases.status == EXAMPLE,
        ),
        folder_options=folder_options(options),
        unnamed=info.unnamed(),
    )
    _save_draft(options, protected, folder, base, summary.questions)
    for check, reason in options.accepted.items():
        audit_log.append(options.private, "accept", options.release_id, check=check, reason=reason)
    return summary


def _save_draft(
    options: Options, protected: Protected, folder: Path, base: Base, questions: Mapping[str, str]
) -> None:
    """Keep the counts behind a draft in the private folder, for its approval."""
    tabulated = protected.tabulated
    stored = {
        year.year: history.stored_year(
            year,
            previous,
            release_id=options.release_id,
            shape=tabulated.shape,
            recoding=tabulated.recoding[year.year].recoding,
        )
        for year, previous in zip(protected.years, protected.previous_years, strict=True)
    }
    draft = Draft(
        options.release_id,
        tabulated.releases.status,
        folder,
        options.releases,
        drafts.edition(folder),
        base,
        questions,
        stored,
    )
    drafts.save(options.private, draft)


def _write(
    folder: Path,
    years: Sequence[Revision | SuppressedYear],
    info: ReleaseInfo,
    *,
    earlier: Sequence[Path],
    progress: Progress,
) -> list[Check]:
    """Write a release whose years are all protected by one method."""
    suppressed_years = [year for year in years if isinstance(year, SuppressedYear)]
    if suppressed_years:
        return suppressed.write(folder, suppressed_years, info, earlier=earlier, progress=progress)
    tables = [year.table for year in years if isinstance(year, Revision)]
    return rounded.write(folder, tables, info, earlier=earlier, progress=progress)


def _release_info(
    options: Options,
    tabulated: Tabulated,
    previous_years: Sequence[StoredYear | None],
    earlier_releases: Sequence[PublicRelease],
    *,
    inputs: str,
) -> ReleaseInfo:
    names = [
        history.revised_release(previous, options.release_id)
        for previous in previous_years
        if previous
    ]
    revises = next(filter(None, names), "")
    numbers = [release.published for release in earlier_releases if release.folder.name == revises]
    return ReleaseInfo(
        release_id=options.release_id,
        status=tabulated.releases.status,
        published_on=options.published_on.isoformat(),
        options={
            "nationalities": options.nationalities,
            "by_region": options.by_region,
            "method": options.method,
        },
        inputs=inputs,
        mapping_sha256=options.mapping.sha256 if options.mapping else "",
        stamp=options.stamp,
        regrouped=[
            regrouping.sentence(is_example=tabulated.releases.status == EXAMPLE)
            for regrouping in tabulated.regrouped
        ],
        revises=revises,
        revised_numbers=numbers[0] if numbers else None,
        accepted=tuple(sorted(options.accepted)),
    )
