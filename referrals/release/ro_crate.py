"""A release as one ZIP file, described as a research object (RO-Crate 1.1).

The release folder is in the archive as it is, so that its manifest and `verify.py` hold there.
https://www.researchobject.org/ro-crate/specification/1.1/
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

from referrals.reference import licences
from referrals.release import files, metadata
from referrals.release.files import File
from referrals.release.release import Release

DESCRIPTION: Final = "ro-crate-metadata.json"
SPECIFICATION: Final = "https://w3id.org/ro/crate/1.1"
FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that the same release makes the same bytes."""


def archive(release: Release) -> bytes:
    """Return a ZIP file with one folder: the description, and the folder of the release."""
    folder = files.stem(release)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:

        def add(path: str, content: bytes) -> None:
            packed.writestr(zipfile.ZipInfo(f"{folder}/{path}", FIRST_TIME), content, 8)

        text = json.dumps(description(release), ensure_ascii=False, indent=2)
        add(DESCRIPTION, f"{text}\n".encode())
        for file in files.listed(release).values():
            add(_path(release, file), files.content(release, file))
    return stream.getvalue()


def description(release: Release) -> dict[str, Any]:
    """Return the description of the archive of a release as JSON-LD."""
    header = metadata.cells_header(release)
    listed = [_file(release, file) for file in files.listed(release).values()]
    named = licences.licence(header["licence"])
    licence = {"@id": named.address or "#licence", "@type": "CreativeWork", "name": named.name}
    publisher = {
        "@id": "#publisher",
        "@type": "Organization",
        "name": header["source"]["publisher"],
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": release.about.marked_title,
        "description": " ".join(header["notes"]),
        "datePublished": release.about.published_on,
        "dateModified": f"{metadata.changed(release):%Y-%m-%d}",
        "temporalCoverage": release.about.period_label,
        "version": files.version(release),
        "identifier": f"sha256:{release.digest}",
        "creativeWorkStatus": release.about.status,
        "license": {"@id": licence["@id"]},
        "publisher": {"@id": publisher["@id"]},
        "hasPart": [{"@id": file["@id"]} for file in listed],
    }
    about = {
        "@id": DESCRIPTION,
        "@type": "CreativeWork",
        "conformsTo": {"@id": SPECIFICATION},
        "about": {"@id": root["@id"]},
    }
    return {
        "@context": f"{SPECIFICATION}/context",
        "@graph": [about, root, licence, publisher, *listed],
    }


def _file(release: Release, file: File) -> dict[str, Any]:
    return {
        "@id": _path(release, file),
        "@type": "File",
        "name": file.title,
        "encodingFormat": file.media_type,
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def _path(release: Release, file: File) -> str:
    return f"{release.about.release_id}/{file.own_name}"
