"""Shared fixtures: the built release, opened once, and every answer that its pages can show."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace

import pytest

from referrals.paths import RELEASES
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.selection import SHARE, Offer, Selection
from referrals.reference.codelists import DIMENSIONS
from referrals.release.release import Release, latest_published, open_release
from tests.fixtures import rounded_release


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The built release, opened from a copy so that tests of its files cannot interfere."""
    built = latest_published()
    return open_release(shutil.copytree(built, tmp_path_factory.mktemp("releases") / built.name))


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small additive release of invented counts, open."""
    return open_release(rounded_release.write(tmp_path_factory.mktemp("additive")))


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The worked example that ships, opened from a copy."""
    return open_release(
        shutil.copytree(RELEASES / "example", tmp_path_factory.mktemp("series") / "example")
    )


@pytest.fixture(scope="session")
def answers(release: Release) -> tuple[Answer, ...]:
    """Every answer that a page can show, by number and by share, in every selection on offer."""
    by_number = [
        kinds.of(release).answer(dimension, selection)
        for dimension in DIMENSIONS
        for selection in _offered(kinds.of(release).filters(dimension))
    ]
    by_share = [
        replace(answer, selection=answer.selection.choosing("measure", SHARE))
        for answer in by_number
    ]
    return (*by_number, *by_share)


def _offered(offer: Offer) -> list[Selection]:
    """Every selection that an offer allows: one code, or none, of each dimension in it."""
    choices = [("_T", *codes) for codes in offer.values()]
    combinations = itertools.product(*choices)
    return [Selection(**dict(zip(offer, codes, strict=True))) for codes in combinations]
