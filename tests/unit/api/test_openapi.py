"""The API against its own description: whatever schemathesis makes of that is answered as it says."""

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
from referrals.api.endpoint import doors
from referrals.api.formats.feeds import FEEDS
from referrals.api.openapi import SPECIFICATION
from referrals.api.resource import JSON, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.release import catalogue
from referrals.release.catalogue import Standing
from referrals.release.release import Release
from tests.fixtures.asking import Asker

WRONG = [400, 404, 406, 414]
CHECKS = SchemathesisConfig.from_dict(
    {
        "checks": {
            "negative_data_rejection": {"expected-statuses": WRONG},
            # A code that another release has, or one page too many, is well formed. That others are answered is asserted.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", 400, 404]},
        }
    }
)
TAKING = (SPECIFICATION, *RESOURCES, *DOWNLOADS)
"""The addresses that can be asked wrongly: they have parameters, or parts that vary."""

OF_ANY_ANSWER = {
    "content-type",
    "content-length",
    "content-encoding",
    "cross-origin-resource-policy",
    "access-control-expose-headers",
}
"""Headers that are not the description's to name."""


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, series: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "standing", lambda: Standing("both", release, (series,)))
        yield


@pytest.fixture(scope="module")
def description() -> BaseSchema:
    return described(api.routes())


def described(routes: Sequence[Route]) -> BaseSchema:
    """The description as a program has it that knows the codes: the examples are all it asks for."""
    app = Starlette(routes=routes)
    document = Asker(app)("/api/v1").json()
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            items = parameter["schema"].get("items", {})
            if examples := items.pop("examples", None):
                items["enum"] = examples
    schema = schemathesis.openapi.from_dict(document, config=CHECKS)
    schema.app = app
    return schema


def ask(description: BaseSchema, resource: Resource, mode: GenerationMode) -> Counter[int]:
    """Ask an address in many ways, the same in every run, and raise what is not as described. Return the statuses it had."""
    had: Counter[int] = Counter()

    @seed(7)
    @settings(
        max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(description[resource.path]["GET"].as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case[Any]) -> None:
        had[case.call_and_validate().status_code] += 1

    asked()
    return had


@pytest.mark.parametrize("resource", [*TAKING, *FEEDS], ids=lambda one: one.path)
def test_an_address_answers_right_requests_as_it_is_described(
    description: BaseSchema, resource: Resource
) -> None:
    assert ask(description, resource, GenerationMode.POSITIVE)[
        404 if resource in DOWNLOADS else 200
    ]


@pytest.mark.parametrize("resource", TAKING, ids=lambda one: one.path)
def test_an_address_refuses_wrong_requests_as_it_is_described(
    description: BaseSchema, resource: Resource
) -> None:
    refused = ask(description, resource, GenerationMode.NEGATIVE)
    assert refused, "each answer was held against the description"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.path)
def test_an_answer_that_is_not_as_described_is_noticed(resource: Resource) -> None:
    planted = replace(resource, make=lambda _: Content(b"[]", JSON))
    with pytest.raises(FailureGroup, match="Response violates schema"):
        ask(described(doors((SPECIFICATION, planted))), resource, GenerationMode.POSITIVE)


@pytest.mark.parametrize("resource", [*TAKING, *FEEDS], ids=lambda one: one.path)
def test_an_address_is_described_with_the_statuses_it_can_have_and_no_others(
    resource: Resource,
) -> None:
    described = openapi.refusals(resource)
    assert (404 in described) == ("{" in resource.path)
    assert (406 in described) == (len(resource.forms) > 1)
    assert 405 not in described, "it is a GET that is described"
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
        "/api/v1/releases/illustrative/certificate",
        "/api/v1/releases/2020-21/cells?limit=9",
        "/releases/2020-21/cells.csv",
        "/feed.atom",
        "/releases.ics",
    ],
)
def test_every_header_of_an_answer_is_described(release: Release, address: str) -> None:
    asker = Asker(Starlette(routes=api.routes()))
    paths = asker("/api/v1").json()["paths"]
    path = (
        address.partition("?")[0]
        .replace("/latest", "/{release_id}")
        .replace("/illustrative", "/{release_id}")
    )
    path = path.replace(f"/{release.about.release_id}", "/{release_id}").replace(
        "/cells.csv", "/{file}"
    )
    described = paths[path]["get"]["responses"]
    said = {name.lower() for name in described["200"]["headers"]}
    answer = asker(address)
    assert set(answer.headers) - OF_ANY_ANSWER <= said
    unchanged = asker(address, headers={"if-none-match": answer.headers["etag"]})
    assert unchanged.status_code == 304
    assert {name.lower() for name in described["304"]["headers"]} <= set(unchanged.headers)


@pytest.mark.parametrize("status", ["429", "503"])
def test_who_is_to_ask_again_is_told_when(status: str) -> None:
    described = Asker(Starlette(routes=api.routes()))("/api/v1").json()
    assert all(
        "Retry-After" in one["get"]["responses"][status]["headers"]
        for one in described["paths"].values()
    )
    assert status in described["info"]["description"]


def test_where_a_file_leads_is_described() -> None:
    asker = Asker(Starlette(routes=api.routes()))
    paths = asker("/api/v1").json()["paths"]
    for address, path in (
        ("/releases/latest/cells.csv", "/releases/{release_id}/{file}"),
        ("/releases/illustrative/cells.csv", "/releases/{release_id}/{file}"),
        (
            f"/releases/illustrative/{catalogue.standing().others[0].digest[:12]}/cells.csv",
            "/releases/{release_id}/{version}/{file}",
        ),
    ):
        assert str(asker(address).status_code) in paths[path]["get"]["responses"]
    assert "307" not in paths["/releases/{release_id}/{version}/{file}"]["get"]["responses"]


def test_codes_are_described_in_words_so_that_a_release_with_others_is_as_described() -> None:
    cells = Asker(Starlette(routes=api.routes()))("/api/v1").json()["paths"][
        "/api/v1/releases/{release_id}/cells"
    ]["get"]
    nationality = next(one for one in cells["parameters"] if one["name"] == "nationality")
    assert "enum" not in nationality["schema"]["items"]
    assert "Each release has its own codes" in nationality["description"]
    assert "VNM" in nationality["schema"]["items"]["examples"]
