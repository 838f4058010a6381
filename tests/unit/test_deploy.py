"""What is deployed holds what it promises: closed containers, valid manifests, an nginx that writes nobody down."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from referrals.places import ROOT
from tests.bench.cluster import ClusterError, nginx_program, write_configuration

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
NGINX = "\n".join(
    line for line in (DEPLOY / "nginx" / "nginx.conf").read_text().splitlines() if not line.strip().startswith("#")
)


def manifest(name: str) -> Any:
    return yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text())


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_is_valid(path: Path) -> None:
    kubernetes_validate.validate(yaml.safe_load(path.read_text()), kubernetes_validate.latest_version(), strict=True)


def test_a_field_that_kubernetes_does_not_know_is_seen() -> None:
    wrong = manifest("deployment")
    wrong["spec"]["replica"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_manifest_is_applied_with_the_others() -> None:
    assert manifest("kustomization")["resources"]
    assert set(manifest("kustomization")["resources"]) == {path.name for path in MANIFESTS}


def test_what_selects_the_replicas_names_them() -> None:
    labels = manifest("deployment")["spec"]["template"]["metadata"]["labels"]
    assert manifest("service")["spec"]["selector"] == labels
    assert manifest("disruption")["spec"]["selector"]["matchLabels"] == labels
    assert manifest("network")["spec"]["podSelector"]["matchLabels"] == labels


def test_a_replica_in_kubernetes_has_no_privilege_and_reaches_nobody() -> None:
    pod = manifest("deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert manifest("network")["spec"]["egress"] == []


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_is_read_only_and_has_no_privilege(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_nginx_can_be_reached_and_the_replicas_reach_nobody() -> None:
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert all(service["networks"] == ["inside"] for name, service in services.items() if name != "nginx")
    assert COMPOSE["networks"]["inside"]["internal"]


def test_nginx_knows_every_replica_of_compose() -> None:
    said = (DEPLOY / "nginx" / "replicas.conf").read_text()
    assert all(f"server {name}:8501 " in said for name in COMPOSE["services"] if name != "nginx")


def test_the_image_is_installed_by_hash_and_runs_as_nobody_in_particular() -> None:
    said = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes -r requirements.lock" in said
    assert "USER 10001:10001" in said
    assert "/healthz" in said


@pytest.mark.parametrize("kept_out", ["tests", "docs", ".git", "extracts"])
def test_the_image_takes_only_what_is_named(kept_out: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert f"!{kept_out}" not in lines


@pytest.mark.parametrize("telling", ["$remote_addr", "$request", "$uri", "$args", "$http_user_agent", "$http_referer"])
def test_the_log_of_nginx_names_no_reader_and_no_page(telling: str) -> None:
    log = NGINX[NGINX.index("log_format") : NGINX.index("access_log")].replace("$request_time", "")
    assert telling not in log


def test_nginx_sets_no_cookie_and_no_header_of_its_own() -> None:
    assert "cookie" not in NGINX
    assert "add_header" not in NGINX


def test_nginx_accepts_the_file_that_is_deployed(tmp_path: Path) -> None:
    try:
        program = nginx_program()
    except ClusterError as error:
        pytest.skip(str(error))
    write_configuration(tmp_path, 8675, [8676, 8677])
    said = subprocess.run(
        [program, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "warn" not in said.stderr.replace('the "user" directive', "")


@pytest.mark.skipif(shutil.which("nginx", path=os.defpath + ":/usr/sbin") is None, reason="nginx is not installed")
def test_a_setting_that_nginx_does_not_know_is_seen(tmp_path: Path) -> None:
    write_configuration(tmp_path, 8675, [8676])
    with (tmp_path / "listen.conf").open("a") as file:
        file.write("no_such_setting on;\n")
    command = [nginx_program(), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
