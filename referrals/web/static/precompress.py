"""The build step that compresses Streamlit's scripts and stylesheets, so that no request waits.

    python -m referrals.web.static.precompress [--quick]

Streamlit sends its files uncompressed: 3.7 MB for a page of ours that needs 0.4 MB compressed.
Brotli at its best quality takes ten seconds for the largest file alone, too long for a request. The
compressed files go to `build/static/<version>-<digest>/`, named after the files they were made
from, so another Streamlit gets another folder. The folder is written whole or not at all; if it
exists, nothing is done. `streamlit_files` serves it.

`--quick` is for tests: larger files in a tenth of the time. The next build without it replaces
them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from referrals import atomic_folder
from referrals.errors import ReferralsError
from referrals.paths import ROOT
from referrals.web.http.content_encoding import BEST, SUFFIXES, compress

BUILT: Final = ROOT / "build" / "static"
MANIFEST: Final = "manifest.json"
QUICK: Final = ".quick"
"""The marker in the folder of a quick build, whose files could be smaller."""

QUICK_QUALITY: Final = 5
TEXT_SUFFIXES: Final = {".css", ".js", ".svg"}
"""Files worth compressing; pictures and fonts are compressed already."""


@dataclass(frozen=True)
class Installed:
    """Streamlit's own files as installed: their folder, and a name that holds their digest."""

    folder: Path
    name: str

    def files(self) -> dict[str, Path]:
        """Return the files that are served under `/static/`, by their path within the folder."""
        return {
            path.relative_to(self.folder).as_posix(): path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


def installed() -> Installed:
    """Return the files of the installed Streamlit.

    Raises:
        ReferralsError: Streamlit is not installed, or has no such files.
    """
    return of_folder(folder(), version("streamlit"))


def folder() -> Path:
    """Return the folder of the files that the installed Streamlit serves under `/static/`.

    Raises:
        ReferralsError: Streamlit is not installed, or has no such folder.
    """
    spec = find_spec("streamlit")
    found = Path(spec.origin).parent / "static" / "static" if spec and spec.origin else None
    if found is None or not found.is_dir():
        raise ReferralsError(
            "Streamlit's own scripts are not installed. "
            "Install what requirements.lock lists, then try again."
        )
    return found


def of_folder(root: Path, released: str) -> Installed:
    """Return the files of a folder, named after their version and a digest of every byte."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return Installed(root, f"{released}-{digest.hexdigest()[:12]}")


def build(source: Installed, to: Path = BUILT, *, quality: int = BEST) -> Path:
    """Write the compressed files of a folder, all or none, and return the folder they are in.

    `quality` is Brotli's, from 0 to 11. A build of the best quality replaces a lower one, and is
    never replaced by one.
    """
    target = to / source.name
    if is_built(target, quality=quality):
        return target
    with atomic_folder.replacement(target) as building:
        if is_built(target, quality=quality):  # by another build, while this one waited
            raise atomic_folder.KeepOldError
        sizes = _compress_all(source, building, quality)
        if quality < BEST:
            (building / QUICK).touch()
        (building / MANIFEST).write_text(json.dumps(sizes, indent=1))
    return target


def manifest(built: Path) -> Mapping[str, int] | None:
    """Return the size of every compressed file by name, or None if the folder is not complete."""
    try:
        sizes = dict(json.loads((built / MANIFEST).read_text()))
        is_complete = all((built / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, TypeError):
        return None
    return sizes if is_complete else None


def is_built(target: Path, *, quality: int = BEST) -> bool:
    """Return whether a folder is complete, with files at least as small as at this quality."""
    is_too_large = quality == BEST and (target / QUICK).exists()
    return manifest(target) is not None and not is_too_large


def _compress_all(source: Installed, to: Path, quality: int) -> dict[str, int]:
    """Write each file in each coding that makes it smaller, largest first; return the sizes."""
    texts = [(name, path) for name, path in source.files().items() if path.suffix in TEXT_SUFFIXES]
    texts.sort(key=lambda item: -item[1].stat().st_size)

    def write(job: tuple[str, Path, str]) -> tuple[str, int]:
        name, path, encoding = job
        target = f"{name}{SUFFIXES[encoding]}"
        return target, _write_compressed(path, encoding, to / target, quality)

    jobs = [(name, path, encoding) for name, path in texts for encoding in SUFFIXES]
    # The compressors release the GIL: two threads keep two processors busy.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return {name: size for name, size in pool.map(write, jobs) if size}


def _write_compressed(path: Path, encoding: str, to: Path, quality: int) -> int:
    """Write a file in one coding and return its size; 0, without writing, if it is not smaller."""
    plain = path.read_bytes()
    compressed = compress(plain, encoding, quality=quality)
    if len(compressed) >= len(plain):
        return 0
    to.parent.mkdir(parents=True, exist_ok=True)
    return to.write_bytes(compressed)


def main(arguments: Sequence[str] = ()) -> int:
    """Build, print the folder, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m referrals.web.static.precompress")
    parser.add_argument(
        "--quick", action="store_true", help="for tests: larger files, in a tenth of the time"
    )
    quality = QUICK_QUALITY if parser.parse_args(arguments).quick else BEST
    try:
        source = installed()
        if not is_built(BUILT / source.name, quality=quality):
            print("Compressing Streamlit's files (once per Streamlit version; about a minute)")
            print(f"Written to {build(source, BUILT, quality=quality).relative_to(ROOT)}")
    except (ReferralsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
