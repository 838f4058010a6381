"""What is deployed holds what it promises: closed containers, valid manifests, an nginx that writes nobody down."""

import re
import shutil
import subprocess
from contextlib import nullcontext as does_not_raise
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from bench.servers.cluster import command_of_the_image
from referrals.paths import ROOT
from referrals.web.gateway.limits import Limits

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(
    path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml"
)
WORKLOADS = ["nginx", "replicas"]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
REPLICAS = {name: service for name, service in COMPOSE["services"].items() if name != "nginx"}


def settings(path: str) -> str:
    """Return a file of nginx without its comments."""
    lines = (DEPLOY / path).read_text().splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith("#"))


NGINX = settings("nginx/nginx.conf")


def manifest(name: str) -> Any:
    return yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text())


def servers(path: str) -> list[str]:
    """Return where a file of replicas says that they are."""
    return re.findall(r"^\s*server (\S+):8501 ", settings(path), re.MULTILINE)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_is_valid(path: Path) -> None:
    with does_not_raise():
        kubernetes_validate.validate(
            yaml.safe_load(path.read_text()), kubernetes_validate.latest_version(), strict=True
        )


def test_a_field_that_kubernetes_does_not_know_is_seen() -> None:
    wrong = manifest("replicas")
    wrong["spec"]["replica"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_manifest_is_applied_with_the_others() -> None:
    named = manifest("kustomization")["resources"]
    assert set(named) == {"../nginx", *(path.name for path in MANIFESTS)}


def test_nginx_in_kubernetes_reads_the_deployed_files_and_says_for_itself_who_answers() -> None:
    (base,) = yaml.safe_load((DEPLOY / "nginx" / "kustomization.yaml").read_text())[
        "configMapGenerator"
    ]
    (own,) = manifest("kustomization")["configMapGenerator"]
    included = set(re.findall(r"include (\S+);", NGINX))
    assert {*base["files"], *own["files"]} == {"nginx.conf", *included}
    assert own["files"] == ["replicas.conf"]
    assert all((DEPLOY / "nginx" / name).is_file() for name in base["files"])
    assert (
        [one["configMap"]["name"] for one in pod("nginx")["volumes"] if "configMap" in one]
        == [base["name"]]
        == [own["name"]]
    )


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_what_kustomize_makes_of_the_manifests_is_valid_too() -> None:
    made = subprocess.run(
        ["kubectl", "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True, check=True
    ).stdout
    documents = list(yaml.safe_load_all(made))
    for one in documents:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    (configuration,) = (one for one in documents if one["kind"] == "ConfigMap")
    assert set(configuration["data"]) == {
        "nginx.conf",
        "listen.conf",
        "plain.conf",
        "replicas.conf",
    }
    assert "resolve" in configuration["data"]["replicas.conf"]


def test_nginx_knows_every_replica_that_kubernetes_may_start_by_its_full_name() -> None:
    most = manifest("autoscaling")["spec"]["maxReplicas"]
    within = f"{manifest('replicas')['spec']['serviceName']}.{manifest('kustomization')['namespace']}.svc.cluster.local"
    named = [
        f"{manifest('replicas')['metadata']['name']}-{number}.{within}" for number in range(most)
    ]
    assert servers("kubernetes/replicas.conf") == named
    said = settings("kubernetes/replicas.conf")
    assert said.count(" resolve ") == most
    assert {"zone", "resolver"} <= {line.split()[0] for line in said.splitlines() if line.strip()}


@pytest.mark.parametrize("path", ["nginx/replicas.conf", "kubernetes/replicas.conf"])
def test_a_replica_is_not_given_up_for_one_fault_and_a_reader_keeps_to_one(path: str) -> None:
    said = settings(path)
    assert said.count(" max_fails=3 ") == len(servers(path))
    assert "hash $remote_addr$http_user_agent consistent;" in said


def pod(name: str) -> Any:
    return manifest(name)["spec"]["template"]["spec"]


def test_nginx_in_kubernetes_has_the_time_that_sessions_are_given_to_finish() -> None:
    (minutes,) = re.findall(r"worker_shutdown_timeout (\d+)m;", NGINX)
    (nginx,) = pod("nginx")["containers"]
    before = nginx["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod("nginx")["terminationGracePeriodSeconds"] >= before + 60 * int(minutes)


@pytest.mark.parametrize("name", WORKLOADS)
def test_what_selects_pods_names_them(name: str) -> None:
    labels = manifest(name)["spec"]["template"]["metadata"]["labels"]
    before = "" if name == "replicas" else f"{name}-"
    assert manifest(name)["spec"]["selector"]["matchLabels"] == labels
    assert manifest(f"{name}-service")["spec"]["selector"] == labels
    assert manifest(f"{before}disruption")["spec"]["selector"]["matchLabels"] == labels
    assert manifest(f"{before}network")["spec"]["podSelector"]["matchLabels"] == labels


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_has_no_privilege(name: str) -> None:
    (container,) = pod(name)["containers"]
    assert pod(name)["securityContext"]["runAsNonRoot"]
    assert not pod(name)["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_in_kubernetes_only_nginx_reaches_the_replicas_and_they_reach_nobody() -> None:
    spec = manifest("network")["spec"]
    assert spec["egress"] == []
    assert spec["ingress"][0]["from"] == [{"podSelector": manifest("nginx")["spec"]["selector"]}]


def test_the_address_of_a_reader_stays_theirs_on_the_way_to_nginx() -> None:
    assert manifest("nginx-service")["spec"]["externalTrafficPolicy"] == "Local"


def test_the_autoscaler_alone_says_how_many_replicas_there_are() -> None:
    target = manifest("autoscaling")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == (
        manifest("replicas")["kind"],
        manifest("replicas")["metadata"]["name"],
    )
    assert "replicas" not in manifest("replicas")["spec"]


def test_a_busy_replica_has_a_minute_before_it_is_taken_for_dead() -> None:
    (container,) = pod("replicas")["containers"]
    probe = container["livenessProbe"]
    assert probe["timeoutSeconds"] >= 10
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 60


@pytest.mark.parametrize("name", ["disruption", "nginx-disruption"])
def test_what_is_broken_anyway_holds_up_no_maintenance(name: str) -> None:
    assert manifest(name)["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_is_read_only_and_has_no_privilege(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_nginx_can_be_reached_and_the_replicas_reach_nobody() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == [
        "nginx"
    ]
    assert all(list(service["networks"]) == ["inside"] for service in REPLICAS.values())
    assert COMPOSE["networks"]["inside"]["internal"]


def test_nginx_knows_every_replica_of_compose_by_an_address_that_stays() -> None:
    addresses = [service["networks"]["inside"]["ipv4_address"] for service in REPLICAS.values()]
    assert servers("nginx/replicas.conf") == addresses
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    assert all(ip_address(one) in ip_network(network["subnet"]) for one in addresses)
    assert all(ip_address(one) not in ip_network(network["ip_range"]) for one in addresses)


def test_a_replica_may_start_a_thread_for_every_reader_of_a_crowd() -> None:
    assert all(service["pids_limit"] >= Limits().sockets for service in REPLICAS.values())


def test_the_image_is_installed_by_hash_and_runs_as_nobody_in_particular() -> None:
    said = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes -r requirements.lock" in said
    assert "USER 10001:10001" in said
    assert "/healthz" in said


def test_the_server_itself_takes_no_message_that_the_gateway_would_refuse_and_keeps_no_compressor() -> (
    None
):
    command = command_of_the_image(8501)
    given = dict(pairwise(command))
    assert given["--ws-max-size"] == str(Limits().message_bytes)
    assert given["--ws-per-message-deflate"] == "false"


def test_the_key_of_the_certificate_never_enters_the_repository() -> None:
    assert "/deploy/tls/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("kept_out", ["tests", "docs", ".git", "extracts"])
def test_the_image_takes_only_what_is_named(kept_out: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert f"!{kept_out}" not in lines


@pytest.mark.parametrize(
    "telling", ["$remote_addr", "$request", "$uri", "$args", "$http_user_agent", "$http_referer"]
)
def test_the_log_of_nginx_names_no_reader_and_no_page(telling: str) -> None:
    log = NGINX[NGINX.index("log_format") : NGINX.index("access_log")].replace("$request_time", "")
    assert telling not in log


def test_nginx_sets_no_cookie_and_no_header_but_on_what_it_says_itself() -> None:
    assert "cookie" not in NGINX
    before, _, own = NGINX.partition("location @too_often {")
    assert "proxy_pass" not in own.partition("}\n")[0]
    assert "add_header" not in before
    assert own.rindex("add_header") < own.index("return 429")
