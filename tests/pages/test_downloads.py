"""The page of releases and downloads: every file of every release, and the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.cards.html import releases
from referrals.release import catalogue
from referrals.release.files import listed, version
from referrals.release.release import Release, open_release
from tests.fixtures import rounded_release
from tests.fixtures.asgi_client import HttpClient

SCRIPT = "pages/releases.py"


@pytest.fixture(scope="module")
def text(page: Callable[[str], Any]) -> str:
    return "".join(page(SCRIPT).html)


@pytest.fixture(scope="module")
def published() -> Release:
    return catalogue.served().published


def test_every_file_is_linked_at_both_its_addresses_with_its_sha256(
    text: str, published: Release
) -> None:
    folder = "/releases/2020-21"
    for file in listed(published).values():
        assert f'href="{folder}/{file.name}"' in text
        assert f'href="{folder}/{version(published)}/{file.name}"' in text
        assert f"<code>{file.sha256}</code>" in text


def test_every_address_for_programs_on_the_page_answers(text: str) -> None:
    get = HttpClient(Starlette(routes=api.routes()))
    addresses = {
        address
        for address in re.findall(r'href="(/[^"#]*)"', text)
        if re.match("/(releases/|api|feed|releases.ics)", address)
    }
    assert {
        "/feed.atom",
        "/releases.ics",
        "/api/v1",
        "/api/v1/docs",
        "/releases/2020-21/SHA256SUMS",
    } <= addresses
    assert {
        address: get(address.replace("&amp;", "&")).status_code // 100 for address in addresses
    } == dict.fromkeys(addresses, 2) | {
        address: 3 for address in addresses if address.startswith("/releases/latest")
    }


def test_an_invented_release_is_marked_above_its_files(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    invented = open_release(rounded_release.write(tmp_path_factory.mktemp("additive")))
    html = releases.html([invented])
    own = html[html.index('<h2 id="release-example">') :]
    assert own.index("Worked example: invented figures, do not quote") < own.index("<table")
    assert 'href="/releases/example/cells-example.csv"' in html
    assert 'href="/releases/example/cells.csv"' not in html
