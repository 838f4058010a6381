"""The releases of the briefing sheets, and a few finished sheets that the tests share."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import pytest

from referrals.handouts.briefing import sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import SheetRequest
from referrals.release.catalogue import Served
from referrals.release.release import Release

SITE = "https://figures.example"


@dataclass(frozen=True)
class Finished:
    """A finished sheet: what was asked for, its PDF, and the text of the first page."""

    request: SheetRequest
    body: bytes
    text: str
    pages: int


@pytest.fixture(scope="session")
def served(release: Release, series: Release) -> Served:
    """The published release and the worked example."""
    return Served("one", release, (series,))


@pytest.fixture(scope="session")
def finished(served: Served) -> dict[str, Finished]:
    """One sheet of each kind of content, on different papers, by a name."""
    asked = {
        "printed": {"nationality": "VNM"},
        "everyone": {"audience": "partner"},
        "unprinted": {"nationality": "ERI", "audience": "partner", "paper": "A5"},
        "invented": {"nationality": "XAJ", "release": "example", "paper": "large"},
    }
    return {name: _finished(served, pairs) for name, pairs in asked.items()}


def _finished(served: Served, pairs: dict[str, str]) -> Finished:
    request = sheet_request.read(pairs.items(), served)
    body = sheet_files.pdf(served, request, SITE)
    document = pypdfium2.PdfDocument(body)
    text = document[0].get_textpage().get_text_bounded()
    return Finished(request, body, " ".join(text.split()), len(document))
