"""The supply chain: known vulnerabilities of the dependencies, their licences, and the SBOM.

    python -m deploy.supply_chain audit    # known vulnerabilities; STRICT_AUDIT=1 fails offline
    python -m deploy.supply_chain sbom     # writes build/sbom.cdx.json and build/licences.csv

Both read `requirements.lock`, the packages of the served site. `make check` and `make sbom` run
them; the site uses none of this.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from referrals.paths import ROOT

LOCK: Final = ROOT / "requirements.lock"
BUILD: Final = ROOT / "build"

ALLOWED_LICENCES: Final = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "MIT",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    }
)
"""Licences that let anyone serve, copy and change this site.

MPL-2.0 asks only that changes to its own files are published: we change none.
"""

CLASSIFIER_LICENCES: Final = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX identifiers for packages that state their licence as a trove classifier only."""

MANUAL_LICENCES: Final = {
    "protobuf": "BSD-3-Clause",
    "pydeck": "Apache-2.0",
    "resvg-py": "MIT",
}
"""Packages without machine-readable licence; a person has read it in the package."""

STRICT: Final = "STRICT_AUDIT"
UNREACHABLE: Final = re.compile(
    r"ProxyError|Connect\w*Error|Connect(?:ion)?Timeout|ReadTimeout|Could not connect|timed out"
)
"""The last line of pip-audit if it cannot reach a vulnerability list."""


def locked(lock: Path = LOCK) -> frozenset[str]:
    """Return the normalised names of the packages in a lock file."""
    text = lock.read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)
    return frozenset(_normalised(name) for name in names)


def served(bill: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return a bill of materials reduced to the named packages, without development tools."""
    components = [part for part in bill["components"] if _normalised(part["name"]) in names]
    references = {part["bom-ref"] for part in components}
    references.add(bill["metadata"]["component"]["bom-ref"])
    dependencies = [
        _reduced(dependency, references)
        for dependency in bill["dependencies"]
        if dependency["ref"] in references
    ]
    return {**bill, "components": components, "dependencies": dependencies}


def _reduced(dependency: Mapping[str, Any], references: set[str]) -> dict[str, Any]:
    """Return a dependency entry that links only to the given references."""
    if "dependsOn" not in dependency:
        return dict(dependency)
    targets = [target for target in dependency["dependsOn"] if target in references]
    return {**dependency, "dependsOn": targets}


def licences(component: Mapping[str, Any]) -> frozenset[str]:
    """Return every licence that a package names, including all parts of an SPDX expression."""
    named = [_licence_name(entry) for entry in component.get("licenses", [])]
    package = _normalised(component["name"])
    if not named and package in MANUAL_LICENCES:
        return frozenset({MANUAL_LICENCES[package]})
    found = set()
    for name in named:
        expression = CLASSIFIER_LICENCES.get(name, name).strip("()")
        found.update(re.split(r"\)? (?:AND|OR) \(?", expression))
    return frozenset(found)


def _licence_name(entry: Mapping[str, Any]) -> str:
    if "expression" in entry:
        return str(entry["expression"])
    return str(entry["license"].get("id") or entry["license"].get("name", ""))


def unapproved(bill: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each package without a licence or with one that is not allowed."""
    sentences = []
    for part in bill["components"]:
        found = licences(part)
        if not found or not found <= ALLOWED_LICENCES:
            named = ", ".join(sorted(found - ALLOWED_LICENCES)) or "no licence"
            sentences.append(
                f"{part['name']} {part['version']}: {named} is not in deploy/supply_chain.py."
            )
    return sentences


def verdict(report: Mapping[str, Any]) -> tuple[int, str]:
    """Return the exit code and a sentence for a pip-audit report. Skipped packages fail it.

    Raises:
        KeyError: the report has another structure.
    """
    parts = report["dependencies"]
    found = [
        f"{part['name']} {part['version']}: {vulnerability['id']}"
        for part in parts
        for vulnerability in part.get("vulns", [])
    ]
    skipped = [part["name"] for part in parts if "skip_reason" in part]
    if found:
        return 1, f"Known vulnerabilities: {'; '.join(found)}."
    if len(skipped) == len(parts):
        return _not_audited("the package index in use does not list them")
    if skipped:
        return 1, f"Not checked for vulnerabilities: {', '.join(skipped)}."
    return 0, f"No known vulnerabilities in {len(parts)} packages."


def audit() -> tuple[int, str]:
    """Return the exit code and a sentence on the known vulnerabilities of the locked packages."""
    options = [
        "--format",
        "json",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--timeout",
        "5",
    ]
    try:
        ran = _run(["pip_audit", *options, "--requirement", str(LOCK)], seconds=120)
    except subprocess.TimeoutExpired:
        return _not_audited("no list can be reached")
    last_line = (ran.stderr.strip().splitlines() or ["no message"])[-1]
    try:
        code, sentence = verdict(json.loads(ran.stdout))
    except (ValueError, KeyError, TypeError):
        if UNREACHABLE.search(last_line):
            return _not_audited("no list can be reached")
        return 1, f"pip-audit did not run: {last_line}"
    if ran.returncode and not code:
        return 1, f"pip-audit ended with {ran.returncode}: {last_line}"
    return code, sentence


def _not_audited(reason: str) -> tuple[int, str]:
    """Return the result if no list could be reached: a failure only with STRICT_AUDIT=1."""
    return int(os.environ.get(STRICT) == "1"), f"Known vulnerabilities were not checked: {reason}."


def bill_of_materials() -> dict[str, Any]:
    """Return the SBOM of the installed packages that are served, reproducible byte for byte."""
    options = [
        "--pyproject",
        str(ROOT / "pyproject.toml"),
        "--output-reproducible",
        "--no-validate",
    ]
    ran = _run(["cyclonedx_py", "environment", *options, sys.executable], seconds=120)
    return served(json.loads(ran.stdout), locked())


def validate(bill: Mapping[str, Any]) -> None:
    """Check that a bill of materials is valid CycloneDX, which takes some seconds.

    Raises:
        ValueError: it is not valid.
    """
    # Imported here because it takes three seconds, which every collection of tests would pay.
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)):
        raise ValueError(f"The bill of materials is not valid: {error}")


def sbom() -> tuple[int, str]:
    """Write the SBOM and the list of licences; fail if a licence is not allowed."""
    bill = bill_of_materials()
    validate(bill)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "sbom.cdx.json").write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    with (BUILD / "licences.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["package", "version", "licence"])
        for part in bill["components"]:
            rows.writerow([part["name"], part["version"], " ".join(sorted(licences(part)))])
    if sentences := unapproved(bill):
        return 1, "\n".join(sentences)
    count = len(bill["components"])
    return 0, (
        f"build/sbom.cdx.json and build/licences.csv list {count} packages; "
        "every licence is allowed."
    )


def main(arguments: Sequence[str]) -> int:
    """Run `audit` or `sbom`, print its sentence, and return its exit code."""
    code, sentence = {"audit": audit, "sbom": sbom}[arguments[0]]()
    print(sentence)
    return code


def _run(module_and_arguments: Sequence[str], *, seconds: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *module_and_arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT
    )


def _normalised(name: str) -> str:
    """Return a package name as package indexes write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
