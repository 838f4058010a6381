"""The deployment files: locked-down containers, valid manifests, an nginx log without readers."""

import importlib
import re
import shutil
import subprocess
from contextlib import nullcontext as does_not_raise
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

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
    """Return an nginx file without its comments."""
    lines = (DEPLOY / path).read_text().splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith("#"))


NGINX = settings("nginx/nginx.conf")


def manifest(name: str) -> Any:
    return yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text())


def servers(path: str) -> list[str]:
    """Return the server addresses of a replicas file."""
    return re.findall(r"^\s*server (\S+):8501 ", settings(path), re.MULTILINE)


@pytest.fixture(scope="module")
def validator() -> ModuleType:
    """The validator of manifests, whose import compiles 38 grammars and takes seconds."""
    return importlib.import_module("kubernetes_validate")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_is_valid(path: Path, validator: ModuleType) -> None:
    with does_not_raise():
        validator.validate(
            yaml.safe_load(path.read_text()), validator.latest_version(), strict=True
        )


def test_an_unknown_field_in_a_manifest_is_detected(validator: ModuleType) -> None:
    wrong = manifest("replicas")
    wrong["spec"]["replica"] = 3
    with pytest.raises(validator.ValidationError):
        validator.validate(wrong, validator.latest_version(), strict=True)


def test_kustomization_lists_every_manifest() -> None:
    named = manifest("kustomization")["resources"]
    assert set(named) == {"../nginx", *(path.name for path in MANIFESTS)}


def test_nginx_in_kubernetes_has_the_shared_files_and_its_own_replicas() -> None:
    (base,) = yaml.safe_load((DEPLOY / "nginx" / "kustomization.yaml").read_text())[
        "configMapGenerator"
    ]
    (own,) = manifest("kustomization")["configMapGenerator"]
    included = set(re.findall(r"include (\S+);", NGINX))
    assert {*base["files"], *own["files"]} == {"nginx.conf", *included}
    assert own["files"] == ["replicas.conf"]
    assert all((DEPLOY / "nginx" / name).is_file() for name in base["files"])
    assert (
        [volume["configMap"]["name"] for volume in pod("nginx")["volumes"] if "configMap" in volume]
        == [base["name"]]
        == [own["name"]]
    )


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_the_output_of_kustomize_is_valid(validator: ModuleType) -> None:
    output = subprocess.run(
        ["kubectl", "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True, check=True
    ).stdout
    documents = list(yaml.safe_load_all(output))
    for document in documents:
        validator.validate(document, validator.latest_version(), strict=True)
    (configuration,) = (document for document in documents if document["kind"] == "ConfigMap")
    assert set(configuration["data"]) == {
        "nginx.conf",
        "groups.conf",
        "names.conf",
        "listen.conf",
        "plain.conf",
        "replicas.conf",
    }
    assert "resolve" in configuration["data"]["replicas.conf"]


def test_nginx_lists_every_replica_that_the_autoscaler_may_create() -> None:
    most = manifest("autoscaling")["spec"]["maxReplicas"]
    service = manifest("replicas")["spec"]["serviceName"]
    domain = f"{service}.{manifest('kustomization')['namespace']}.svc.cluster.local"
    pod_name = manifest("replicas")["metadata"]["name"]
    names = [f"{pod_name}-{number}.{domain}" for number in range(most)]
    assert servers("kubernetes/replicas.conf") == names
    text = settings("kubernetes/replicas.conf")
    assert text.count(" resolve ") == most
    assert {"zone", "resolver"} <= {line.split()[0] for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("path", ["nginx/replicas.conf", "kubernetes/replicas.conf"])
def test_nginx_tolerates_single_failures_and_keeps_a_reader_on_one_replica(path: str) -> None:
    text = settings(path)
    assert text.count(" max_fails=3 ") == len(servers(path))
    assert "hash $remote_addr$http_user_agent consistent;" in text


def pod(name: str) -> Any:
    return manifest(name)["spec"]["template"]["spec"]


def test_kubernetes_gives_nginx_the_time_to_finish_its_sessions() -> None:
    (minutes,) = re.findall(r"worker_shutdown_timeout (\d+)m;", NGINX)
    (nginx,) = pod("nginx")["containers"]
    before = nginx["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod("nginx")["terminationGracePeriodSeconds"] >= before + 60 * int(minutes)


@pytest.mark.parametrize("name", WORKLOADS)
def test_selectors_match_the_labels_of_their_pods(name: str) -> None:
    labels = manifest(name)["spec"]["template"]["metadata"]["labels"]
    before = "" if name == "replicas" else f"{name}-"
    assert manifest(name)["spec"]["selector"]["matchLabels"] == labels
    assert manifest(f"{name}-service")["spec"]["selector"] == labels
    assert manifest(f"{before}disruption")["spec"]["selector"]["matchLabels"] == labels
    assert manifest(f"{before}network")["spec"]["podSelector"]["matchLabels"] == labels


def test_kubernetes_refuses_pods_with_privileges() -> None:
    labels = manifest("namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_image_can_be_pinned_by_digest_in_one_place() -> None:
    images = [container["image"] for name in WORKLOADS for container in pod(name)["containers"]]
    assert sorted(images) == sorted(image["name"] for image in manifest("kustomization")["images"])
    assert COMPOSE["services"]["nginx"]["image"].startswith("${NGINX:-")
    assert "ARG PYTHON=" in (DEPLOY / "Containerfile").read_text()


def test_nginx_and_the_replicas_answer_for_the_same_names() -> None:
    (names,) = re.findall(r"^server_name (.*);$", settings("nginx/names.conf"), re.MULTILINE)
    (container,) = pod("replicas")["containers"]
    values = {variable["name"]: variable["value"] for variable in container["env"]}
    assert values["REFERRALS_HOSTS"].split() == names.split()


@pytest.mark.parametrize("service", REPLICAS.values())
def test_compose_does_not_start_without_the_names_of_the_site(service: Any) -> None:
    assert service["environment"]["REFERRALS_HOSTS"].startswith("${REFERRALS_HOSTS:?")


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_has_no_privileges(name: str) -> None:
    (container,) = pod(name)["containers"]
    assert pod(name)["securityContext"]["runAsNonRoot"]
    assert pod(name)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod(name)["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_kubernetes_isolates_the_replicas_except_from_nginx() -> None:
    spec = manifest("network")["spec"]
    assert spec["egress"] == []
    assert spec["ingress"][0]["from"] == [{"podSelector": manifest("nginx")["spec"]["selector"]}]


def test_nginx_in_kubernetes_sees_the_readers_address() -> None:
    assert manifest("nginx-service")["spec"]["externalTrafficPolicy"] == "Local"


def test_the_autoscaler_alone_sets_the_number_of_replicas() -> None:
    target = manifest("autoscaling")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == (
        manifest("replicas")["kind"],
        manifest("replicas")["metadata"]["name"],
    )
    assert "replicas" not in manifest("replicas")["spec"]


def test_a_busy_replica_is_not_killed_within_a_minute() -> None:
    (container,) = pod("replicas")["containers"]
    probe = container["livenessProbe"]
    assert probe["timeoutSeconds"] >= 10
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 60


@pytest.mark.parametrize("name", ["disruption", "nginx-disruption"])
def test_unhealthy_pods_do_not_block_maintenance(name: str) -> None:
    assert manifest(name)["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_compose_service_is_read_only_without_privileges(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_exposes_nginx_only_and_isolates_the_replicas() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == [
        "nginx"
    ]
    assert all(list(service["networks"]) == ["inside"] for service in REPLICAS.values())
    assert COMPOSE["networks"]["inside"]["internal"]


def test_nginx_lists_every_compose_replica_by_a_fixed_address() -> None:
    addresses = [service["networks"]["inside"]["ipv4_address"] for service in REPLICAS.values()]
    assert servers("nginx/replicas.conf") == addresses
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    assert all(ip_address(address) in ip_network(network["subnet"]) for address in addresses)
    assert all(ip_address(address) not in ip_network(network["ip_range"]) for address in addresses)


def test_a_replica_may_start_a_thread_per_socket() -> None:
    assert all(service["pids_limit"] >= Limits().sockets for service in REPLICAS.values())


def test_the_image_installs_by_hash_and_runs_without_root() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes -r requirements.lock" in text
    assert "USER 10001:10001" in text
    assert "/healthz" in text


def test_uvicorn_has_the_gateways_message_limit_and_no_compression() -> None:
    command = command_of_the_image(8501)
    given = dict(pairwise(command))
    assert given["--ws-max-size"] == str(Limits().message_bytes)
    assert given["--ws-per-message-deflate"] == "false"


def test_the_replicas_do_not_name_their_server() -> None:
    assert "--no-server-header" in command_of_the_image(8501)
    assert "server_tokens off;" in NGINX


def test_git_ignores_the_tls_key() -> None:
    assert "/deploy/tls/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("kept_out", ["tests", "docs", ".git", "extracts"])
def test_the_image_takes_only_listed_files(kept_out: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert f"!{kept_out}" not in lines


@pytest.mark.parametrize(
    "variable", ["$remote_addr", "$request", "$uri", "$args", "$http_user_agent", "$http_referer"]
)
def test_the_log_of_nginx_has_no_reader_and_no_page(variable: str) -> None:
    log = NGINX[NGINX.index("log_format") : NGINX.index("access_log")].replace("$request_time", "")
    assert variable not in log


def test_nginx_adds_headers_only_to_its_own_answers_and_sets_no_cookie() -> None:
    assert "cookie" not in NGINX
    before, _, own = NGINX.partition("location @too_often {")
    assert "proxy_pass" not in own.partition("}\n")[0]
    assert "add_header" not in before
    assert own.rindex("add_header") < own.index("return 429")
