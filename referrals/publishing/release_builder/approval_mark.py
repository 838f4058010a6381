"""The public record of an approval: the day and the reasons, in manifest and certificate.

Called by `approval` on a copy of the staged release, before it is swapped in. Until then the
manifest calls the release a draft, and no site serves it. Who approved it stays private.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from referrals.release import manifest_digest
from referrals.release.release import MANIFEST

CERTIFICATE: Final = "certificate.json"
CERTIFICATE_TEXT: Final = "certificate.md"


def mark_approved(folder: Path, approved_on: date, reasons: Mapping[str, str]) -> None:
    """Write the approval of a release into its manifest and its certificate."""
    approval = {"approved_on": approved_on.isoformat(), "reasons": dict(reasons)}
    certificate = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
    _write_json(folder / CERTIFICATE, {**certificate, "approval": approval})
    text = (folder / CERTIFICATE_TEXT).read_text(encoding="utf-8")
    (folder / CERTIFICATE_TEXT).write_text(
        f"{text.rstrip()}\n{_section(approved_on, reasons)}", encoding="utf-8"
    )
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest.pop("draft", None)
    for resource in manifest["resources"]:
        if resource["path"] in {CERTIFICATE, CERTIFICATE_TEXT}:
            content = (folder / resource["path"]).read_bytes()
            resource["bytes"] = len(content)
            resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    resources = manifest.pop("resources")
    approved = {**manifest, "approval": approval, "resources": resources}
    (folder / MANIFEST).write_text(manifest_digest.with_digest(approved), encoding="utf-8")


def _section(approved_on: date, reasons: Mapping[str, str]) -> str:
    lines = ["", "## Approval", "", f"Approved for publication on {approved_on.isoformat()}."]
    if reasons:
        lines += ["The approver was asked, and answered:", ""]
        lines += [f"- {name}: {reason}" for name, reason in reasons.items()]
    return "\n".join([*lines, ""])


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
