"""What the site is made of: licences that were agreed to, a bill of materials, and an audit that says what it did not see."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from deploy import supply_chain


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return supply_chain.bill_of_materials()


def test_every_package_served_is_in_the_bill_with_a_licence_that_was_agreed_to(
    bill: dict[str, Any],
) -> None:
    assert {one["name"].lower() for one in bill["components"]} >= {"streamlit", "duckdb", "plotly"}
    assert "pytest" not in {one["name"] for one in bill["components"]}
    assert supply_chain.unwelcome(bill) == []


def test_the_bill_names_every_package_of_the_lock(bill: dict[str, Any]) -> None:
    named = {supply_chain._plain(one["name"]) for one in bill["components"]}
    # Some are for other systems only, and not installed here.
    assert named <= supply_chain.locked()
    assert len(named) > len(supply_chain.locked()) * 0.8


def test_the_bill_links_only_to_what_it_names(bill: dict[str, Any]) -> None:
    known = {one["bom-ref"] for one in bill["components"]} | {
        bill["metadata"]["component"]["bom-ref"]
    }
    assert {
        to for one in bill["dependencies"] for to in (one["ref"], *one.get("dependsOn", []))
    } <= known


def test_the_bill_is_valid_and_one_that_is_not_is_noticed(bill: dict[str, Any]) -> None:
    few = supply_chain.served(bill, frozenset({"duckdb"}))
    supply_chain.validate(few)
    with pytest.raises(ValueError, match="not valid"):
        supply_chain.validate({**few, "components": [{"name": "part"}]})


def component(*named: dict[str, str], name: str = "part") -> dict[str, Any]:
    return {
        "name": name,
        "version": "1",
        "licenses": [one if "expression" in one else {"license": one} for one in named],
    }


@pytest.mark.parametrize(
    "named",
    [
        [{"id": "GPL-3.0-only"}],
        [{"expression": "MIT AND GPL-3.0-only"}],
        [{"expression": "MIT AND (GPL-3.0-only OR Zlib)"}],
        [{"name": "License :: Other/Proprietary License"}],
        [{"id": "MIT"}, {"id": "AGPL-3.0-only"}],
        [],
    ],
)
def test_a_licence_that_nobody_agreed_to_is_noticed(named: list[dict[str, str]]) -> None:
    assert len(supply_chain.unwelcome({"components": [component(*named)]})) == 1


@pytest.mark.parametrize(
    "named",
    [
        [{"id": "MIT"}],
        [{"expression": "Apache-2.0 OR BSD-2-Clause"}],
        [{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}],
    ],
)
def test_a_licence_that_was_agreed_to_is_welcome(named: list[dict[str, str]]) -> None:
    assert supply_chain.unwelcome({"components": [component(*named)]}) == []


FINE: dict[str, Any] = {"name": "fine", "version": "1", "vulns": []}
FAULTY: dict[str, Any] = {"name": "faulty", "version": "1", "vulns": [{"id": "CVE-1"}]}
SKIPPED: dict[str, Any] = {"name": "skipped", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("parts", "code", "says"),
    [
        ([FINE], 0, "No known faults in 1 packages."),
        ([FINE, FAULTY], 1, "faulty 1: CVE-1"),
        ([SKIPPED, FAULTY], 1, "faulty 1: CVE-1"),
        ([FINE, SKIPPED], 1, "could not be looked for: skipped"),
        ([SKIPPED, SKIPPED], 0, "were not looked for"),
        ([], 0, "were not looked for"),
    ],
)
def test_an_audit_that_saw_nothing_says_so_and_one_that_saw_a_part_fails(
    parts: list[Any], code: int, says: str
) -> None:
    got, sentence = supply_chain.verdict({"dependencies": parts})
    assert got == code
    assert says in sentence


def ran(code: int, out: str = "", said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, out, said)


REFUSED = "Traceback...\nrequests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded"
TIMED_OUT = (
    "pip_audit._service.interface.ConnectionError: Could not connect to PyPI's vulnerability feed"
)


@pytest.mark.parametrize(
    "said", [REFUSED, TIMED_OUT, "requests.exceptions.ReadTimeout: Read timed out."]
)
def test_where_nothing_answers_the_check_says_so_and_goes_on_unless_it_must_not(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(supply_chain, "_run", lambda *_, **__: ran(1, said=said))
    assert supply_chain.audit() == (0, "Known faults were not looked for: nothing answers.")
    monkeypatch.setenv("STRICT_AUDIT", "1")
    assert supply_chain.audit() == (1, "Known faults were not looked for: nothing answers.")


def test_where_it_takes_for_ever_the_check_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip_audit", 120)

    monkeypatch.setattr(supply_chain, "_run", slow)
    assert supply_chain.audit() == (0, "Known faults were not looked for: nothing answers.")


@pytest.mark.parametrize(
    "result",
    [
        ran(1, said="/usr/bin/python: No module named pip_audit"),
        ran(1, said="ERROR:pip_audit._cli:invalid requirements input: requirements.lock"),
        ran(2, said="usage: pip-audit"),
        ran(0),
        ran(0, out="{}"),
        ran(0, out="[]"),
        ran(3, out=json.dumps({"dependencies": [FINE]}), said="half of it"),
    ],
    ids=[
        "not installed",
        "no lock",
        "other options",
        "silent",
        "another report",
        "no report",
        "broken off",
    ],
)
def test_an_audit_that_did_not_run_fails_and_says_what_it_was_told(
    monkeypatch: pytest.MonkeyPatch, result: subprocess.CompletedProcess[str]
) -> None:
    monkeypatch.setattr(supply_chain, "_run", lambda *_, **__: result)
    code, sentence = supply_chain.audit()
    assert code == 1
    assert "pip-audit" in sentence
    assert (result.stderr or "nothing said") in sentence


def test_an_index_that_lists_nothing_is_no_audit_where_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STRICT_AUDIT", "1")
    assert supply_chain.verdict({"dependencies": [SKIPPED]})[0] == 1
