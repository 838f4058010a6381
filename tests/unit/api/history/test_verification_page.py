"""The page on which the witnesses of a release are added up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.errors import ReleaseError
from referrals.release import catalogue, files, verification
from referrals.release.catalogue import Served
from referrals.release.proof import Fault, UnfinishedError
from referrals.release.release import Release
from referrals.release.verification import Verification
from referrals.web.shell.html import POLICY
from referrals.web.static import assets
from tests.fixtures.asgi_client import HttpClient

ADDRESS = "/releases/example/verification"
AGREES = Verification(
    14_016, 14_325, 144_159, 2, {}, datetime(2026, 11, 29, 17, 20, tzinfo=UTC), 3.24
)


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, series: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (series,)))
        yield


@pytest.fixture
def get() -> HttpClient:
    return HttpClient(Starlette(routes=api.routes()))


def returning(found: Verification | Exception, monkeypatch: pytest.MonkeyPatch) -> list[Release]:
    """Replace the verification by a result, and return the releases that it is asked for."""
    asked: list[Release] = []

    def verified(release: Release) -> Verification:
        asked.append(release)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(verification, "verified", verified)
    return asked


def test_the_result_is_a_sentence_with_numbers(
    get: HttpClient, series: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = returning(AGREES, monkeypatch)
    answer = get(ADDRESS)
    assert (answer.status_code, asked) == (200, [series])
    for sentence in (
        "14,325 witnesses were added up again; all agree.",
        "14,016 published numbers were added up",
        "144,159 sums of small groups could be 1 to 4.",
        "2 more sums are known to be over 4",
        "on 29 November 2026 at 17:20 (UTC), in 3.2 seconds",
        f"This is version {files.version(series)}.",
    ):
        assert sentence in answer.text


def test_the_page_has_the_frame_of_the_site_and_marks_invented_figures(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    returning(AGREES, monkeypatch)
    answer = get(ADDRESS)
    html = answer.text
    assert html.count("<script") == 1, "the exit by keyboard"
    assert f">{assets.script()}</script>" in html
    assert answer.headers["content-security-policy"] == POLICY
    assert 'class="vr-bar"' in html
    assert html.index(">Get help</a>") < html.rindex(">Leave this page</a>")
    assert "Worked example: invented figures, do not quote" in html


def test_a_second_reader_gets_the_same_page_without_another_verification(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = returning(AGREES, monkeypatch)
    first, second = get(ADDRESS), get(ADDRESS)
    assert first.content == second.content
    assert len(asked) == 1


def test_a_proof_that_does_not_hold_is_said_first_with_each_fault(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = dict.fromkeys(Fault, 3)
    returning(Verification(9, 9, 9, 0, faults), monkeypatch)
    html = get(ADDRESS).text
    assert "The proof of this version does not hold." in html
    assert "agree." not in html
    assert html.count("<p>3 ") == len(Fault)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UnfinishedError("It took long."), "Nothing is known to be wrong."),
        (ReleaseError("cells.csv cannot be read."), "A file of cells or witnesses is damaged"),
    ],
)
def test_a_verification_without_a_result_is_not_kept_and_says_when_to_come_again(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    asked = returning(error, monkeypatch)
    answer = get(ADDRESS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "600")
    assert sentence in answer.text
    get(ADDRESS)
    assert len(asked) == 2


def test_a_release_without_witnesses_is_a_problem(get: HttpClient) -> None:
    answer = get("/releases/2020-21/verification")
    assert answer.status_code == 404
    assert "has no witnesses" in answer.json()["detail"]


def test_a_file_beside_the_page_is_still_a_file(get: HttpClient) -> None:
    assert get("/releases/2020-21/cells.csv").headers["content-type"].startswith("text/csv")


# Changes and corrections


def test_a_release_that_is_the_only_one_of_its_kind_has_no_changes(get: HttpClient) -> None:
    document = get("/api/v1/releases/example/changes").json()
    assert (document["compared_with"], document["changes"]) == (None, [])


def test_corrections_come_with_the_checksum_of_the_last(get: HttpClient) -> None:
    document = get("/api/v1/corrections").json()
    assert document["corrections"][-1]["sha256"] == document["sha256"]
    assert document["corrections"][0]["release_id"] == "illustrative"
