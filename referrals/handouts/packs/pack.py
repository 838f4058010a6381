"""Write a pack: every sheet that is asked for, in parallel, and only those that have changed.

Each file has the digest of its input: content, templates, versions of typesetter and fonts. A file
that is intact and whose input is unchanged is kept, so that a pack that was stopped resumes where
it was. The list of files is written after each of them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from referrals.content import sheet_pack
from referrals.content.sheet_pack import CONTENTS, MANIFEST, PackedSheet
from referrals.errors import ReferralsError
from referrals.handouts import typesetting
from referrals.handouts.briefing import sheet_content, sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import EVERYONE, PAPERS, Audience, SheetRequest
from referrals.handouts.packs import contents_sheet
from referrals.release.catalogue import Served

LIBRARIES: Final = ("typst", "font-roboto")
"""The packages whose versions are part of the input of a file."""

MOST_IN_THIS_PROCESS: Final = 4
"""Up to this many files are made in this process: to start others would take longer."""

Progress = Callable[[int, int], None]
"""Called with the number of files that are done, and the number of all files."""

Listed = dict[str, PackedSheet]
"""Files of a pack by their paths."""


@dataclass(frozen=True)
class Task:
    """A file to make: its entry in the list without the digest of the file, and its content."""

    packed: PackedSheet
    template: str
    content: dict[str, Any]


@dataclass
class Summary:
    """The result of writing a pack. `failures` has the reason for each file that was not made.

    `removed` counts the files of an earlier pack that are not part of this one.
    """

    made: int = 0
    kept: int = 0
    removed: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """The files that need no more work."""
        return self.made + self.kept + len(self.failures)


def requests(
    served: Served, release: str = "", nationalities: Sequence[str] = ()
) -> list[SheetRequest]:
    """Return every sheet of a release, or of some of its nationalities.

    Raises:
        RequestError: the release or a nationality is not on offer.
    """
    shown = sheet_request.shown(sheet_request.read([("release", release)], served), served)
    codes = nationalities or (EVERYONE, *sheet_request.nationalities(shown))
    languages = sheet_request.offered_languages()
    return [
        sheet_request.read(zip(sheet_request.NAMES, values, strict=True), served)
        for values in itertools.product(codes, Audience, languages, [release], PAPERS)
        if values[4] in sheet_request.papers(values[2])
    ]


def write(
    served: Served,
    wanted: Sequence[SheetRequest],
    folder: Path,
    site_address: str = "",
    progress: Progress = lambda _done, _total: None,
) -> Summary:
    """Write the sheets and the contents sheet into a folder, and return what was done.

    Files of an earlier pack that are not part of this one are removed.

    Raises:
        ReferralsError: the folder has other files, or its list cannot be read.
        OSError: a file cannot be written.
    """
    listed, done, summary = _listed(folder), set[str](), Summary()
    changed = []
    for task in _tasks(served, wanted, site_address, summary.failures):
        if _is_unchanged(listed.get(task.packed.file), task, folder):
            done.add(task.packed.file)
            summary.kept += 1
        else:
            changed.append(task)
    # First, so that a pack that is stopped before its first file is known as ours.
    _put(folder / MANIFEST, sheet_pack.written(listed.values()))
    total = len(wanted) + 1
    progress(summary.done, total)
    for task, body, fault in _made(changed):
        name = task.packed.file
        if fault:
            summary.failures[name] = fault
        else:
            _put(folder / name, body)
            listed[name] = replace(task.packed, sha256=hashlib.sha256(body).hexdigest())
            _put(folder / MANIFEST, sheet_pack.written(listed.values()))
            done.add(name)
            summary.made += 1
        progress(summary.done, total)
    for name in listed.keys() - done:
        (folder / name).unlink(missing_ok=True)
        summary.removed += name not in summary.failures
    _put(folder / MANIFEST, sheet_pack.written(listed[name] for name in done))
    return summary


def _listed(folder: Path) -> Listed:
    """Return the files of an earlier pack in a folder that may be changed.

    Raises:
        ReferralsError: the folder has files and no list, or its list cannot be read.
    """
    is_ours = not folder.exists() or (folder / MANIFEST).is_file() or not any(folder.iterdir())
    if not is_ours:
        raise ReferralsError(
            f"{folder} has files, and no {MANIFEST} of a pack. Name another folder, or empty it."
        )
    return {sheet.file: sheet for sheet in sheet_pack.read(folder)}


def _tasks(
    served: Served,
    wanted: Sequence[SheetRequest],
    site_address: str,
    failures: dict[str, str],
) -> Iterator[Task]:
    """Yield the contents sheet and every other one. Those without content go into `failures`."""
    content = contents_sheet.values(served, wanted)
    entry = PackedSheet(CONTENTS, content["title"], "", "", "", content["language"], "A4", "", "")
    yield _task(entry, contents_sheet.TEMPLATE, content)
    for request in wanted:
        release = sheet_request.shown(request, served)
        name = f"{request.language}/{request.audience}/{request.file_name(release)}.pdf"
        try:
            sheet = sheet_content.sheet(served, request, site_address)
        except ReferralsError as error:
            failures[name] = str(error)
            continue
        content = sheet_files.values(sheet, PAPERS[request.paper])
        packed = PackedSheet(
            name,
            sheet.title,
            contents_sheet.subject(release, request.nationality),
            request.nationality,
            request.audience,
            request.language,
            request.paper,
            "",
            "",
        )
        yield _task(packed, sheet_files.TEMPLATE, content)


def _task(packed: PackedSheet, template: str, content: dict[str, Any]) -> Task:
    """Return a task with the digest of its input."""
    text = json.dumps([template, content, *map(version, LIBRARIES)], ensure_ascii=False)
    digest = hashlib.sha256(text.encode())
    for path in sorted(typesetting.FOLDER.glob("*.typ")):
        digest.update(path.read_bytes())
    return Task(replace(packed, input=digest.hexdigest()), template, content)


def _is_unchanged(earlier: PackedSheet | None, task: Task, folder: Path) -> bool:
    if earlier is None or earlier.input != task.packed.input:
        return False
    return sheet_pack.is_intact(folder / earlier.file, earlier.sha256)


def _made(tasks: Sequence[Task]) -> Iterator[tuple[Task, bytes, str]]:
    """Yield each task with its file, or with the reason for which there is none."""
    if len(tasks) <= MOST_IN_THIS_PROCESS:
        for task in tasks:
            yield task, *_typeset(task)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        with _ignoring_interrupts():
            running = {pool.submit(_typeset, task): task for task in tasks}
        try:
            for finished in as_completed(running):
                yield running[finished], *finished.result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C, as do the processes that are started meanwhile, for as long as they live.

    A terminal sends it to every process. Only this one should answer it: the others would print a
    traceback each.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _typeset(task: Task) -> tuple[bytes, str]:
    """Return a file and '', or no bytes and the reason. It may run in a process of its own."""
    try:
        return typesetting.pdf(task.template, task.content, date=task.content["date"]), ""
    except ReferralsError as error:
        return b"", str(error)


def _put(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
