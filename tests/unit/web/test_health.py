"""The two questions of machines, and the answers that no page can be taken for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping

import pytest
from starlette.applications import Starlette

from referrals.errors import ReleaseError, WithdrawnError
from referrals.web import health
from tests.fixtures.asgi_client import ask

Releases = Callable[[], Mapping[str, str]]


def site(releases: Releases) -> Starlette:
    return Starlette(routes=[*health.routes(releases)])


def two() -> Mapping[str, str]:
    return {"2020-21": "ab12", "illustrative": "cd34"}


def refused() -> Mapping[str, str]:
    raise ReleaseError(
        "The release 2020-21 lacks cells.csv. Run `make data` to build the releases."
    )


def withdrawn() -> Mapping[str, str]:
    raise WithdrawnError("These figures have been withdrawn.")


def broken() -> Mapping[str, str]:
    raise OSError("/private/folder: no such file")


def test_a_process_that_is_alive_says_so() -> None:
    got = ask(site(broken), "/healthz")
    assert (got.status, json.loads(got.body)) == (
        200,
        {"service": "victim-referrals", "status": "alive"},
    )


def test_a_ready_process_names_each_release_and_its_digest() -> None:
    got = ask(site(two), "/readyz")
    assert (got.status, json.loads(got.body)) == (
        200,
        {
            "service": "victim-referrals",
            "status": "ready",
            "releases": [
                {"id": "2020-21", "digest": "ab12"},
                {"id": "illustrative", "digest": "cd34"},
            ],
            "refused": [],
        },
    )


def test_a_ready_process_names_each_release_that_it_refuses_and_not_why() -> None:
    reasons = {"2022-23": "A file of it was altered.", "2021-22": "It is a link."}
    got = ask(Starlette(routes=[*health.routes(two, lambda: reasons)]), "/readyz")
    assert (got.status, json.loads(got.body)["status"]) == (200, "ready")
    assert json.loads(got.body)["refused"] == ["2021-22", "2022-23"]
    assert b"altered" not in got.body


def test_a_process_whose_figures_were_withdrawn_says_so_and_is_sent_readers_all_the_same() -> None:
    # Its pages still hold the help lines; a balancer would send nobody to a process that is not ready.
    got = ask(site(withdrawn), "/readyz")
    said = json.loads(got.body)
    assert (got.status, said["status"], said["releases"]) == (200, "withdrawn", [])
    assert "withdrawn" in said["detail"]


@pytest.mark.parametrize(
    ("releases", "says"),
    [
        (refused, "The release 2020-21 lacks cells.csv."),
        (broken, "The releases cannot be shown."),
        (dict, "cannot be shown"),
    ],
)
def test_a_process_that_cannot_show_its_releases_is_not_ready_and_shows_no_path(
    releases: Releases, says: str
) -> None:
    got = ask(site(releases), "/readyz")
    problem = json.loads(got.body)
    assert (got.status, got.headers["content-type"]) == (503, "application/problem+json")
    assert says in problem["detail"]
    assert "/private" not in got.body.decode()


def test_what_nobody_foresaw_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    ask(site(broken), "/readyz")
    assert [record.getMessage() for record in caplog.records] == [
        "The releases cannot be shown (OSError)."
    ]


@pytest.mark.parametrize("target", ["/healthz", "/readyz"])
@pytest.mark.parametrize("releases", [two, refused, withdrawn])
def test_no_answer_is_kept(target: str, releases: Releases) -> None:
    assert ask(site(releases), target).headers["cache-control"] == "no-store"
