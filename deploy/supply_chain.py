"""What the site is made of: known faults of its parts, their licences, and a bill of materials.

`python -m deploy.supply_chain audit` asks for known faults; where it can reach no list of them it says so and passes, or, with
STRICT_AUDIT=1, fails. `python -m deploy.supply_chain sbom` writes `build/sbom.cdx.json` and `build/licences.csv`. Both look at
`requirements.lock`, which is what is served; nothing of this runs in the site.
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

ALLOWED: Final = frozenset(
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
"""Licences that let anyone serve, copy and change this site. MPL-2.0 asks only that its own files stay open: we change none."""

CLASSIFIED: Final = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Older words for the same licences, in packages that do not name one more exactly."""

READ: Final = {"protobuf": "BSD-3-Clause", "pydeck": "Apache-2.0"}
"""Packages that name no licence in a form that programs read. A person read it in the package."""

STRICT: Final = "STRICT_AUDIT"
UNREACHED: Final = re.compile(
    r"ProxyError|Connect\w*Error|Connect(?:ion)?Timeout|ReadTimeout|Could not connect|timed out"
)
"""What pip-audit ends with where it reaches no list of known faults."""


def locked(lock: Path = LOCK) -> frozenset[str]:
    """Return the names of the packages that are served, as package indexes write them."""
    return frozenset(
        map(
            _plain,
            re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE),
        )
    )


def served(bill: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return a bill of materials with the packages named, and without the tools that only test and build."""
    components = [one for one in bill["components"] if _plain(one["name"]) in names]
    kept = {one["bom-ref"] for one in components} | {bill["metadata"]["component"]["bom-ref"]}
    links = [
        {
            **one,
            **(
                {"dependsOn": [to for to in one["dependsOn"] if to in kept]}
                if "dependsOn" in one
                else {}
            ),
        }
        for one in bill["dependencies"]
        if one["ref"] in kept
    ]
    return {**bill, "components": components, "dependencies": links}


def licences(component: Mapping[str, Any]) -> frozenset[str]:
    """Return every licence that a package names, all parts of an expression among them."""
    named = [
        one.get("expression") or one["license"].get("id") or one["license"].get("name", "")
        for one in component.get("licenses", [])
    ]
    if not named and _plain(component["name"]) in READ:
        return frozenset({READ[_plain(component["name"])]})
    return frozenset(
        part
        for name in named
        for part in re.split(r"\)? (?:AND|OR) \(?", CLASSIFIED.get(name, name).strip("()"))
    )


def unwelcome(bill: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each package whose licence nobody has agreed to, or that names none."""
    return [
        f"{one['name']} {one['version']}: {', '.join(sorted(found - ALLOWED)) or 'no licence'} is not in deploy/supply_chain.py."
        for one in bill["components"]
        if not (found := licences(one)) or not found <= ALLOWED
    ]


def verdict(report: Mapping[str, Any]) -> tuple[int, str]:
    """Return the exit code for a report of pip-audit, and a sentence. A package that was skipped was not looked at.

    Raises:
        KeyError: it is no such report.
    """
    parts = report["dependencies"]
    faults = [
        f"{one['name']} {one['version']}: {fault['id']}"
        for one in parts
        for fault in one.get("vulns", [])
    ]
    skipped = [one["name"] for one in parts if "skip_reason" in one]
    if faults:
        return 1, f"Known faults: {'; '.join(faults)}."
    if len(skipped) == len(parts):
        return _not_looked_for("the index at hand does not list them")
    if skipped:
        return 1, f"Known faults of these could not be looked for: {', '.join(skipped)}."
    return 0, f"No known faults in {len(parts)} packages."


def audit() -> tuple[int, str]:
    """Ask for the known faults of everything served; where nothing answers, say so and go on."""
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
        return _not_looked_for("nothing answers")
    last = (ran.stderr.strip().splitlines() or ["nothing said"])[-1]
    try:
        code, sentence = verdict(json.loads(ran.stdout))
    except (ValueError, KeyError, TypeError):
        return (
            _not_looked_for("nothing answers")
            if UNREACHED.search(last)
            else (1, f"pip-audit did not run: {last}")
        )
    if ran.returncode and not code:
        return 1, f"pip-audit ended with {ran.returncode}: {last}"
    return code, sentence


def _not_looked_for(why: str) -> tuple[int, str]:
    """Return the exit code and the sentence where nobody could look: a failure only where STRICT_AUDIT=1 asks for one."""
    return int(os.environ.get(STRICT) == "1"), f"Known faults were not looked for: {why}."


def bill_of_materials() -> dict[str, Any]:
    """Return the bill of what is installed here and served, in the same words each time."""
    about = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--no-validate"]
    return served(
        json.loads(
            _run(["cyclonedx_py", "environment", *about, sys.executable], seconds=120).stdout
        ),
        locked(),
    )


def validate(bill: Mapping[str, Any]) -> None:
    """Return where a bill is valid CycloneDX, which takes some seconds to find out.

    Raises:
        ValueError: it is not.
    """
    # Three seconds to import: whoever collects tests has no use for them.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)):
        raise ValueError(f"The bill of materials is not valid: {error}")


def sbom() -> tuple[int, str]:
    """Write the bill of materials and the list of licences, and say which licences nobody has agreed to."""
    bill = bill_of_materials()
    validate(bill)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "sbom.cdx.json").write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    with (BUILD / "licences.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["package", "version", "licence"])
        rows.writerows(
            [one["name"], one["version"], " ".join(sorted(licences(one)))]
            for one in bill["components"]
        )
    if wrong := unwelcome(bill):
        return 1, "\n".join(wrong)
    return (
        0,
        f"build/sbom.cdx.json and build/licences.csv list {len(bill['components'])} packages; every licence is agreed to.",
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command that is asked for, print its sentence, and return its exit code."""
    code, sentence = {"audit": audit, "sbom": sbom}[arguments[0]]()
    print(sentence)
    return code


def _run(module_and_arguments: Sequence[str], *, seconds: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *module_and_arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
