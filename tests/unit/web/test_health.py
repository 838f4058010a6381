"""The health endpoints, and answers that cannot be mistaken for a page."""

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
    return {"2020-21": "ab12", "example": "cd34"}


def unusable() -> Mapping[str, str]:
    raise ReleaseError(
        "The release 2020-21 lacks cells.csv. Run `make data` to build the releases."
    )


def withdrawn() -> Mapping[str, str]:
    raise WithdrawnError("These figures have been withdrawn.")


def broken() -> Mapping[str, str]:
    raise OSError("/private/folder: no such file")


def test_healthz_answers_that_the_process_is_alive() -> None:
    got = ask(site(broken), "/healthz")
    assert (got.status, json.loads(got.body)) == (
        200,
        {"service": "victim-referrals", "status": "alive"},
    )


def test_readyz_lists_each_release_with_its_digest() -> None:
    got = ask(site(two), "/readyz")
    assert (got.status, json.loads(got.body)) == (
        200,
        {
            "service": "victim-referrals",
            "status": "ready",
            "releases": [
                {"id": "2020-21", "digest": "ab12"},
                {"id": "example", "digest": "cd34"},
            ],
            "refused": [],
        },
    )


def test_readyz_names_rejected_releases_without_the_reason() -> None:
    reasons = {"2022-23": "A file of it was altered.", "2021-22": "It is a link."}
    got = ask(Starlette(routes=[*health.routes(two, lambda: reasons)]), "/readyz")
    assert (got.status, json.loads(got.body)["status"]) == (200, "ready")
    assert json.loads(got.body)["refused"] == ["2021-22", "2022-23"]
    assert b"altered" not in got.body


def test_readyz_is_200_when_the_figures_are_withdrawn() -> None:
    # Its pages still have the help lines, which a load balancer would take away with a 503.
    got = ask(site(withdrawn), "/readyz")
    body = json.loads(got.body)
    assert (got.status, body["status"], body["releases"]) == (200, "withdrawn", [])
    assert "withdrawn" in body["detail"]


@pytest.mark.parametrize(
    ("releases", "says"),
    [
        (unusable, "The release 2020-21 lacks cells.csv."),
        (broken, "The releases cannot be shown."),
        (dict, "cannot be shown"),
    ],
)
def test_readyz_is_503_without_a_path_if_the_releases_cannot_be_shown(
    releases: Releases, says: str
) -> None:
    got = ask(site(releases), "/readyz")
    problem = json.loads(got.body)
    assert (got.status, got.headers["content-type"]) == (503, "application/problem+json")
    assert says in problem["detail"]
    assert "/private" not in got.body.decode()


def test_an_unexpected_exception_of_readyz_is_logged_by_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    ask(site(broken), "/readyz")
    assert [record.getMessage() for record in caplog.records] == [
        "The releases cannot be shown (OSError)."
    ]


@pytest.mark.parametrize("target", ["/healthz", "/readyz"])
@pytest.mark.parametrize("releases", [two, unusable, withdrawn])
def test_health_answers_are_not_cached(target: str, releases: Releases) -> None:
    assert ask(site(releases), target).headers["cache-control"] == "no-store"
