"""The API conforms to its own OpenAPI document, as schemathesis finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema
from starlette.applications import Starlette
from starlette.routing import Route

from referrals import api
from referrals.api import openapi
from referrals.api.downloads import DOWNLOADS
from referrals.api.endpoint import routes_of
from referrals.api.formats.feeds import FEEDS
from referrals.api.history.release_changes import HISTORY
from referrals.api.openapi import SPECIFICATION
from referrals.api.resource import JSON, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from tests.fixtures.asgi_client import HttpClient
from tests.fixtures.examples import CI_EXAMPLES, examples

WRONG = [400, 404, 406, 410, 414]
CHECKS = SchemathesisConfig.from_dict(
    {
        "checks": {
            "negative_data_rejection": {"expected-statuses": WRONG},
            # A code of another release, or a page past the last, is well formed. Below, others
            # must be answered.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", 400, 404]},
        }
    }
)
PARAMETRISED = (SPECIFICATION, *RESOURCES, *HISTORY, *DOWNLOADS)
"""The addresses that can be requested wrongly: they have parameters."""

UNDESCRIBED_HEADERS = {
    "content-type",
    "content-length",
    "content-encoding",
    "cross-origin-resource-policy",
    "access-control-expose-headers",
}
"""Headers that the description does not name."""


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, series: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (series,)))
        yield


@pytest.fixture(scope="module")
def description() -> BaseSchema:
    return described(api.routes())


def described(routes: Sequence[Route]) -> BaseSchema:
    """The description for a client that knows the codes: it uses the examples only."""
    app = Starlette(routes=routes)
    document = HttpClient(app)("/api/v1").json()
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            items = parameter["schema"].get("items", {})
            if examples := items.pop("examples", None):
                items["enum"] = examples
    schema = schemathesis.openapi.from_dict(document, config=CHECKS)
    schema.app = app
    return schema


def send_generated(
    description: BaseSchema, resource: Resource, mode: GenerationMode
) -> Counter[int]:
    """Send generated requests, the same in every run, and raise if an answer is not as described.

    Return how often each status occurred.
    """
    statuses: Counter[int] = Counter()

    @seed(7)
    # With fewer examples than 12 some address gets no valid request.
    @settings(
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        max_examples=examples(CI_EXAMPLES, dev=12),
    )
    @given(description[resource.path]["GET"].as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case[Any]) -> None:
        statuses[case.call_and_validate().status_code] += 1

    send()
    return statuses


@pytest.mark.hypothesis  # `make test-slow` sends all examples
@pytest.mark.parametrize("resource", [*PARAMETRISED, *FEEDS], ids=lambda resource: resource.path)
def test_valid_requests_are_answered_as_described(
    description: BaseSchema, resource: Resource
) -> None:
    assert send_generated(description, resource, GenerationMode.POSITIVE)[
        404 if resource in DOWNLOADS else 200
    ]


@pytest.mark.hypothesis
@pytest.mark.parametrize("resource", PARAMETRISED, ids=lambda resource: resource.path)
def test_invalid_requests_are_refused_as_described(
    description: BaseSchema, resource: Resource
) -> None:
    refused = send_generated(description, resource, GenerationMode.NEGATIVE)
    assert refused, "each answer was checked against the description"


@pytest.mark.parametrize("resource", [*RESOURCES, *HISTORY], ids=lambda resource: resource.path)
def test_an_answer_that_breaks_its_schema_is_found(resource: Resource) -> None:
    planted = replace(resource, answer=lambda _: Content(b"[]", JSON))
    with pytest.raises(FailureGroup, match="Response violates schema"):
        send_generated(
            described(routes_of((SPECIFICATION, planted))), resource, GenerationMode.POSITIVE
        )


@pytest.mark.parametrize("resource", [*PARAMETRISED, *FEEDS], ids=lambda resource: resource.path)
def test_an_address_is_described_with_exactly_its_error_statuses(
    resource: Resource,
) -> None:
    described = openapi.error_statuses(resource)
    assert (404 in described) == ("{" in resource.path)
    assert (406 in described) == (len(resource.formats) > 1)
    assert 405 not in described, "only GET is described"
    assert {400, 410, 413, 414, 421, 429, 431, 503} <= set(described)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1",
        "/api/v1/releases",
        *(
            f"/api/v1/releases/latest{rest}"
            for rest in ("", "/codelists", "/statements", "/context?format=csv")
        ),
        "/api/v1/releases/example/certificate",
        "/api/v1/releases/example/changes?format=csv",
        "/api/v1/corrections",
        "/api/v1/releases/2020-21/cells?limit=9",
        "/releases/2020-21/cells.csv",
        "/feed.atom",
        "/releases.ics",
    ],
)
def test_every_header_of_an_answer_is_described(release: Release, address: str) -> None:
    get = HttpClient(Starlette(routes=api.routes()))
    paths = get("/api/v1").json()["paths"]
    path = (
        address.partition("?")[0]
        .replace("/latest", "/{release_id}")
        .replace("/example", "/{release_id}")
    )
    path = path.replace(f"/{release.about.release_id}", "/{release_id}").replace(
        "/cells.csv", "/{file}"
    )
    described = paths[path]["get"]["responses"]
    described_headers = {name.lower() for name in described["200"]["headers"]}
    answer = get(address)
    assert set(answer.headers) - UNDESCRIBED_HEADERS <= described_headers
    unchanged = get(address, headers={"if-none-match": answer.headers["etag"]})
    assert unchanged.status_code == 304
    assert {name.lower() for name in described["304"]["headers"]} <= set(unchanged.headers)


@pytest.mark.parametrize("status", ["429", "503"])
def test_retry_after_is_described_for_429_and_503(status: str) -> None:
    described = HttpClient(Starlette(routes=api.routes()))("/api/v1").json()
    assert all(
        "Retry-After" in path["get"]["responses"][status]["headers"]
        for path in described["paths"].values()
    )
    assert status in described["info"]["description"]


def test_the_redirects_of_files_are_described() -> None:
    get = HttpClient(Starlette(routes=api.routes()))
    paths = get("/api/v1").json()["paths"]
    for address, path in (
        ("/releases/latest/cells.csv", "/releases/{release_id}/{file}"),
        ("/releases/example/cells.csv", "/releases/{release_id}/{file}"),
        (
            f"/releases/example/{catalogue.served().others[0].digest[:12]}/cells.csv",
            "/releases/{release_id}/{version}/{file}",
        ),
    ):
        assert str(get(address).status_code) in paths[path]["get"]["responses"]
    assert "307" not in paths["/releases/{release_id}/{version}/{file}"]["get"]["responses"]


def test_codes_are_examples_and_no_enum_because_releases_differ() -> None:
    cells = HttpClient(Starlette(routes=api.routes()))("/api/v1").json()["paths"][
        "/api/v1/releases/{release_id}/cells"
    ]["get"]
    nationality = next(
        parameter for parameter in cells["parameters"] if parameter["name"] == "nationality"
    )
    assert "enum" not in nationality["schema"]["items"]
    assert "Each release has its own codes" in nationality["description"]
    assert "VNM" in nationality["schema"]["items"]["examples"]
