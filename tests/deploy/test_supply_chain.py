"""The supply chain: allowed licences, the SBOM, and an audit that reports what it could not see."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from deploy import supply_chain


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return supply_chain.bill_of_materials()


def test_the_sbom_has_every_served_package_with_an_allowed_licence(
    bill: dict[str, Any],
) -> None:
    assert {part["name"].lower() for part in bill["components"]} >= {
        "streamlit",
        "duckdb",
        "plotly",
    }
    assert "pytest" not in {part["name"] for part in bill["components"]}
    assert supply_chain.unapproved(bill) == []


def test_the_sbom_has_the_packages_of_the_lock(bill: dict[str, Any]) -> None:
    named = {supply_chain._normalised(part["name"]) for part in bill["components"]}
    # Some packages of the lock are for other systems and not installed here.
    assert named <= supply_chain.locked()
    assert len(named) > len(supply_chain.locked()) * 0.8


def test_the_sbom_links_only_to_its_own_packages(bill: dict[str, Any]) -> None:
    known = {part["bom-ref"] for part in bill["components"]}
    known.add(bill["metadata"]["component"]["bom-ref"])
    for dependency in bill["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", [])} <= known


@pytest.mark.slow  # to read its grammar takes a second
def test_the_sbom_is_valid_and_an_invalid_one_is_detected(bill: dict[str, Any]) -> None:
    few = supply_chain.served(bill, frozenset({"duckdb"}))
    supply_chain.validate(few)
    with pytest.raises(ValueError, match="not valid"):
        supply_chain.validate({**few, "components": [{"name": "part"}]})


def component(*named: dict[str, str], name: str = "part") -> dict[str, Any]:
    return {
        "name": name,
        "version": "1",
        "licenses": [entry if "expression" in entry else {"license": entry} for entry in named],
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
def test_a_licence_that_is_not_allowed_is_reported(named: list[dict[str, str]]) -> None:
    assert len(supply_chain.unapproved({"components": [component(*named)]})) == 1


@pytest.mark.parametrize(
    "named",
    [
        [{"id": "MIT"}],
        [{"expression": "Apache-2.0 OR BSD-2-Clause"}],
        [{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}],
    ],
)
def test_an_allowed_licence_is_not_reported(named: list[dict[str, str]]) -> None:
    assert supply_chain.unapproved({"components": [component(*named)]}) == []


FINE: dict[str, Any] = {"name": "fine", "version": "1", "vulns": []}
VULNERABLE: dict[str, Any] = {"name": "faulty", "version": "1", "vulns": [{"id": "CVE-1"}]}
SKIPPED: dict[str, Any] = {"name": "skipped", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("parts", "code", "sentence_part"),
    [
        ([FINE], 0, "No known vulnerabilities in 1 packages."),
        ([FINE, VULNERABLE], 1, "faulty 1: CVE-1"),
        ([SKIPPED, VULNERABLE], 1, "faulty 1: CVE-1"),
        ([FINE, SKIPPED], 1, "Not checked for vulnerabilities: skipped"),
        ([SKIPPED, SKIPPED], 0, "were not checked"),
        ([], 0, "were not checked"),
    ],
)
def test_an_audit_that_sees_nothing_passes_and_a_partial_one_fails(
    parts: list[Any], code: int, sentence_part: str
) -> None:
    got, sentence = supply_chain.verdict({"dependencies": parts})
    assert got == code
    assert sentence_part in sentence


def ran(code: int, out: str = "", error: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, out, error)


REFUSED = (
    "Traceback...\nrequests.exceptions.ProxyError: "
    "HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded"
)
TIMED_OUT = (
    "pip_audit._service.interface.ConnectionError: Could not connect to PyPI's vulnerability feed"
)


@pytest.mark.parametrize(
    "error", [REFUSED, TIMED_OUT, "requests.exceptions.ReadTimeout: Read timed out."]
)
def test_an_unreachable_list_fails_the_audit_only_if_it_is_strict(
    monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr(supply_chain, "_run", lambda *_, **__: ran(1, error=error))
    assert supply_chain.audit() == (
        0,
        "Known vulnerabilities were not checked: no list can be reached.",
    )
    monkeypatch.setenv("STRICT_AUDIT", "1")
    assert supply_chain.audit() == (
        1,
        "Known vulnerabilities were not checked: no list can be reached.",
    )


def test_an_audit_that_times_out_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip_audit", 120)

    monkeypatch.setattr(supply_chain, "_run", slow)
    assert supply_chain.audit() == (
        0,
        "Known vulnerabilities were not checked: no list can be reached.",
    )


@pytest.mark.parametrize(
    "result",
    [
        ran(1, error="/usr/bin/python: No module named pip_audit"),
        ran(1, error="ERROR:pip_audit._cli:invalid requirements input: requirements.lock"),
        ran(2, error="usage: pip-audit"),
        ran(0),
        ran(0, out="{}"),
        ran(0, out="[]"),
        ran(3, out=json.dumps({"dependencies": [FINE]}), error="half of it"),
    ],
    ids=[
        "not installed",
        "no lock",
        "other options",
        "silent",
        "another report",
        "no report",
        "interrupted",
    ],
)
def test_an_audit_that_did_not_run_fails_with_the_last_line(
    monkeypatch: pytest.MonkeyPatch, result: subprocess.CompletedProcess[str]
) -> None:
    monkeypatch.setattr(supply_chain, "_run", lambda *_, **__: result)
    code, sentence = supply_chain.audit()
    assert code == 1
    assert "pip-audit" in sentence
    assert (result.stderr or "no message") in sentence


def test_an_empty_index_fails_the_strict_audit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STRICT_AUDIT", "1")
    assert supply_chain.verdict({"dependencies": [SKIPPED]})[0] == 1
