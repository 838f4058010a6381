"""Settings: the operator's variables, the values that must be in effect, and their headers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from contextlib import nullcontext as does_not_raise
from pathlib import Path

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from referrals.errors import SettingsError
from referrals.paths import ROOT
from referrals.web import settings
from referrals.web.http import security_headers

CONFIG = ROOT / ".streamlit" / "config.toml"
ORIGIN = re.compile(r"https?://[a-z0-9.*-]+(:[0-9]+)?")
PROTECTED = {
    "browser.gatherUsageStats": False,
    "client.disableDataExport": True,
    "client.showErrorDetails": "none",
    "global.developmentMode": False,
    "logger.enableRich": False,
    "runner.postScriptGC": False,
    "server.allowedHosts": [],
    "server.corsAllowedOrigins": [],
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableWebsocketCompression": False,
    "server.enableXsrfProtection": False,
    "server.maxMessageSize": 2,
    "server.maxUploadSize": 1,
    "server.maxWidgetStateSize": 1,
    "server.scriptHealthCheckEnabled": False,
}


def framers(text: str) -> tuple[str, ...]:
    return settings.frame_ancestors({settings.FRAME_ANCESTORS: text})


def hosts(text: str) -> tuple[str, ...]:
    return settings.hosts({settings.HOSTS: text})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("https://example.org", ("https://example.org",)),
        (
            "https://Example.org, https://*.example.org:8443",
            ("https://example.org", "https://*.example.org:8443"),
        ),
        ("http://localhost:8080", ("http://localhost:8080",)),
    ],
)
def test_frame_ancestors_are_parsed_as_origins(text: str, expected: tuple[str, ...]) -> None:
    assert framers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "http://example.org",
        "https://example.org/",
        "https://example.org/page",
        "https://",
        "https://*",
        "*",
        "'self'",
        "https://a.org; script-src *",
        "https://a.org https://b.org;x",
        "data:",
        "https://a.org:port",
        "https://" + "a" * 254,
    ],
)
def test_an_invalid_frame_ancestor_is_refused(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^REFERRALS_FRAME_ANCESTORS: entry \d is not an origin"
    ):
        framers(text)


SOURCES = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "data"]),
    st.sampled_from(["example.org", "*.example.org", "localhost", "a.b", "*"]),
    st.sampled_from(["", ":8443", "/", ":x"]),
    st.one_of(st.just(""), st.text(alphabet="; ,'\"*\n\tx", max_size=3), st.text(max_size=3)),
)


@given(st.lists(SOURCES, max_size=3).map(" ".join))
def test_only_origins_get_into_the_frame_ancestors_policy(text: str) -> None:
    allowed = security_headers.framers({settings.FRAME_ANCESTORS: text})
    (directive,) = [
        source
        for source in security_headers.content_security_policy((), allowed).split("; ")
        if "frame-ancestors" in source
    ]
    assert ";" not in directive
    assert "\n" not in directive
    assert all(source == "'none'" or ORIGIN.fullmatch(source) for source in directive.split()[1:])
    assert directive.split()[1:] == (list(allowed) or ["'none'"])


def test_the_random_frame_ancestors_include_valid_ones() -> None:
    assert find(
        st.lists(SOURCES, max_size=3).map(" ".join),
        lambda text: len(security_headers.framers({settings.FRAME_ANCESTORS: text})) > 1,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("Dashboard.example.org,localhost", ("dashboard.example.org", "localhost")),
        ("10.0.0.7 [::1]", ("10.0.0.7", "[::1]")),
    ],
)
def test_hosts_are_parsed_as_names_without_ports(text: str, expected: tuple[str, ...]) -> None:
    assert hosts(text) == expected


@pytest.mark.parametrize(
    "text", ["example.org:8501", "https://example.org", "*", "a_b", "-a", "a/b"]
)
def test_an_invalid_host_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^REFERRALS_HOSTS: entry 1 is not the name of a host"):
        hosts(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("https://example.org", "https://example.org"),
        (" https://Dashboard.Example.org:8443 ", "https://dashboard.example.org:8443"),
        ("http://localhost:8501", "http://localhost:8501"),
    ],
)
def test_the_base_address_is_normalised(text: str, expected: str) -> None:
    assert settings.base({settings.BASE: text}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "planted.org",
        "http://planted.org",
        "https://planted.org/",
        "https://planted.org/lite",
        "https://*.planted.org",
        "https://planted.org https://b.org",
        "https://planted.org?x",
        'https://planted.org"><script>',
        "https://a:b@planted.org",
    ],
)
def test_an_invalid_base_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^REFERRALS_BASE is not the address of a site"
    ) as caught:
        settings.base({settings.BASE: text})
    assert "planted" not in str(caught.value)


def in_effect(**changed: object) -> dict[str, object]:
    """Return every setting of config.toml, some of them changed."""
    text = CONFIG.read_text(encoding="utf-8")
    return {**dict(settings._flatten(tomllib.loads(text))), **changed}


@pytest.mark.parametrize(("name", "value"), PROTECTED.items())
def test_config_toml_has_the_settings_that_keep_readers_safe(name: str, value: object) -> None:
    assert in_effect()[name] == value


def test_the_settings_of_the_file_are_accepted() -> None:
    with does_not_raise():
        settings.check(in_effect().__getitem__, CONFIG, {})


@pytest.mark.parametrize("name", PROTECTED)
def test_a_setting_that_differs_from_config_toml_is_refused_by_name(name: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"config\.toml are in effect for {name}\. Remove"
    ) as caught:
        settings.check(in_effect(**{name: "another-value"}).__getitem__, CONFIG, {})
    assert "another-value" not in str(caught.value)


@pytest.mark.parametrize("variable", [settings.BASE, settings.FRAME_ANCESTORS, settings.HOSTS])
def test_an_unreadable_environment_variable_is_refused(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        settings.check(in_effect().__getitem__, CONFIG, {variable: "a b/c"})


def test_a_wrong_setting_exits_with_one_sentence() -> None:
    def refused() -> None:
        raise SettingsError("A sentence.")

    with pytest.raises(SystemExit, match=r"^The site did not start. A sentence.$"):
        settings.require(refused)
    assert settings.require(lambda: 7) == 7


START = "import runpy; runpy.run_path('app.py')"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full", "client.showErrorDetails"),
        pytest.param("REFERRALS_HOSTS", "https://x", "REFERRALS_HOSTS", marks=pytest.mark.slow),
        # The checks of each are tested above: a second start of the site shows the same.
        pytest.param(
            "REFERRALS_FRAME_ANCESTORS", "*", "REFERRALS_FRAME_ANCESTORS", marks=pytest.mark.slow
        ),
        pytest.param(
            "REFERRALS_BASE", "https://example.org/path", "REFERRALS_BASE", marks=pytest.mark.slow
        ),
    ],
)
def test_the_site_does_not_start_with_a_wrong_setting(variable: str, value: str, says: str) -> None:
    if variable.startswith("STREAMLIT_"):
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.port",
            "8639",
            "--server.address",
            "127.0.0.1",
        ]
    else:
        command = [sys.executable, "-c", START]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, variable: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert "The site did not start." in ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_no_site_may_frame_this_one_by_default() -> None:
    assert "frame-ancestors 'none'" in security_headers.content_security_policy((), ())
    assert security_headers.headers()["x-frame-options"] == "DENY"


def test_a_configured_site_may_frame_this_one() -> None:
    named = ("https://example.org",)
    assert "frame-ancestors https://example.org" in security_headers.content_security_policy(
        (), named
    )
    # The older header cannot name a site, and would block the configured one.
    assert "x-frame-options" not in security_headers.headers(named)


@pytest.mark.parametrize(
    "feature", ["camera", "geolocation", "microphone", "payment", "browsing-topics"]
)
def test_browser_features_are_disabled(feature: str) -> None:
    assert f"{feature}=()" in security_headers.headers()["permissions-policy"]


@pytest.mark.parametrize(("host", "expected"), [
    ("figures.example", "http://figures.example"),
    ("192.168.0.7:8810", "http://192.168.0.7:8810"),
    ("127.0.0.1:8810", ""),
    ("localhost", ""),
    ("LOCALHOST:80", ""),
    ("[::1]:8810", ""),
    ("localhost.example", "http://localhost.example"),
    ("", ""),
])  # fmt: skip
def test_an_origin_to_share_is_never_that_of_this_machine(host: str, expected: str) -> None:
    scope = {"type": "http", "scheme": "http", "headers": [(b"host", host.encode())]}
    assert settings.shared_origin(scope) == expected


def test_answers_are_same_origin_only() -> None:
    headers = security_headers.headers()
    assert (
        headers["cross-origin-resource-policy"]
        == headers["cross-origin-opener-policy"]
        == "same-origin"
    )
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("source", ["'unsafe-eval'", "http:", "https:", "*"])
def test_scripts_come_from_this_origin_only(source: str) -> None:
    (scripts,) = [
        directive
        for directive in security_headers.content_security_policy(["a()"]).split("; ")
        if directive.startswith("script-src")
    ]
    assert source not in scripts.split()
    assert "'unsafe-inline'" not in scripts


def directives(policy: str) -> dict[str, str]:
    """Return the value of each directive of a Content-Security-Policy by name."""
    parts = (directive.partition(" ") for directive in policy.split("; "))
    return {name: value for name, _, value in parts}


def test_a_page_loads_sends_and_is_based_on_nothing_elsewhere() -> None:
    assert directives(security_headers.content_security_policy((), ())) == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_an_answer_that_any_site_may_frame_has_no_script_and_loads_and_sends_nothing() -> None:
    assert directives(security_headers.EMBEDDABLE) == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "*",
    }


def test_config_toml_is_in_the_folder_that_streamlit_reads() -> None:
    assert (Path(CONFIG).parent.name, CONFIG.name) == (".streamlit", "config.toml")
