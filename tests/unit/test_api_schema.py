"""The API against its own description: whatever schemathesis makes of that is answered as it says."""

from __future__ import annotations

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

from referrals import api, shelf
from referrals.api.door import doors
from referrals.api.downloads import DOWNLOADS
from referrals.api.feeds import FEEDS
from referrals.api.openapi import SPECIFICATION
from referrals.api.resources import JSON, RESOURCES, Content, Resource
from referrals.release import Release
from referrals.shelf import Standing

REFUSING = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 406, 414]}}})
TAKING = (SPECIFICATION, *RESOURCES, *DOWNLOADS)
"""The addresses that can be asked wrongly: they have parameters, or parts that vary."""


@pytest.fixture(scope="module", autouse=True)
def one_release(release: Release) -> Iterator[None]:
    """Have one release stand, so that every code that the description lists is one that can be asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "standing", lambda: Standing("one", release, ()))
        yield


@pytest.fixture(scope="module")
def description() -> BaseSchema:
    return described(api.routes())


def described(routes: Sequence[Route]) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1", Starlette(routes=routes), config=REFUSING)


def ask(description: BaseSchema, resource: Resource, mode: GenerationMode) -> None:
    """Ask an address in many ways, the same ones in every run, and raise what is not as described."""

    @seed(7)
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(description[resource.path]["GET"].as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate()

    asked()


@pytest.mark.parametrize("resource", [*TAKING, *FEEDS], ids=lambda one: one.path)
def test_an_address_answers_right_requests_as_it_is_described(description: BaseSchema, resource: Resource) -> None:
    ask(description, resource, GenerationMode.POSITIVE)


@pytest.mark.parametrize("resource", TAKING, ids=lambda one: one.path)
def test_an_address_refuses_wrong_requests_as_it_is_described(description: BaseSchema, resource: Resource) -> None:
    ask(description, resource, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.path)
def test_an_answer_that_is_not_as_described_is_noticed(resource: Resource) -> None:
    planted = replace(resource, make=lambda _: Content(b"[]", JSON))
    with pytest.raises(FailureGroup, match="Response violates schema"):
        ask(described(doors((SPECIFICATION, planted))), resource, GenerationMode.POSITIVE)
