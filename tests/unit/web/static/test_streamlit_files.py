"""Streamlit's files, compressed once at build time; no other file is served."""

import gzip
import json
import logging
from pathlib import Path
from threading import Event, Thread
from typing import Any

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.web.shell.html import Frame
from referrals.web.shell.middleware import Shell
from referrals.web.static import precompress, streamlit_files
from referrals.web.static.precompress import Installed
from tests.fixtures.asgi_client import Client

SCRIPT = "export const referrals = 1336;\n" * 200
PICTURE = bytes(range(256))
UNPACK = {".br": brotli.decompress, ".gz": gzip.decompress}


@pytest.fixture
def source(tmp_path: Path) -> Installed:
    folder = tmp_path / "installed"
    for name, content in {
        "js/chart.D9Z0.js": SCRIPT.encode(),
        "js/tiny.Ab12.js": b"0",
        "css/look.C1JO.css": b"p{margin:0}" * 50,
        "media/flake.B2r5.png": PICTURE,
        "media/SourceSans.x.woff2": PICTURE,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "secret.txt").write_text("not to be sent")
    return precompress.of_folder(folder, "1.67.0")


@pytest.fixture
def built(source: Installed, tmp_path: Path) -> Path:
    precompress.build(source, tmp_path / "built")
    return tmp_path / "built"


async def streamlit_answers(_: Request) -> Response:
    return PlainTextResponse("Streamlit's own answer")


def served_by(source: Installed, built: Path) -> Client:
    shell = Middleware(Shell, frame=lambda: Frame((), "Site", messages.text))
    ours = Middleware(streamlit_files.StaticFiles, served=streamlit_files.files(source, built))
    return Client(
        Starlette(routes=[Route("/{path:path}", streamlit_answers)], middleware=[shell, ours])
    )


@pytest.fixture
def client(source: Installed, built: Path) -> Client:
    return served_by(source, built)


def test_every_compressed_file_of_streamlit_unpacks_to_its_original() -> None:
    source = precompress.installed()
    sizes = precompress.manifest(precompress.BUILT / source.name)
    if sizes is None:
        pytest.skip("Streamlit's files are not compressed yet (make static)")
    originals = source.files()
    for name in sizes:
        path = precompress.BUILT / source.name / name
        assert (
            UNPACK[path.suffix](path.read_bytes())
            == originals[name.removesuffix(path.suffix)].read_bytes()
        ), name
    scripts = [
        name
        for name, path in originals.items()
        if path.suffix in precompress.TEXT_SUFFIXES and path.stat().st_size > 1_000
    ]
    assert [
        name for name in scripts if f"{name}.br" not in sizes or f"{name}.gz" not in sizes
    ] == []


def test_the_manifest_names_exactly_the_files_that_became_smaller(
    source: Installed, built: Path
) -> None:
    names = precompress.manifest(built / source.name)
    assert names is not None
    assert sorted(names) == [
        "css/look.C1JO.css.br",
        "css/look.C1JO.css.gz",
        "js/chart.D9Z0.js.br",
        "js/chart.D9Z0.js.gz",
    ]


def test_a_second_build_changes_nothing(source: Installed, built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    assert precompress.build(source, built) == built / source.name
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before


def test_changed_files_are_built_in_another_folder(source: Installed, built: Path) -> None:
    (source.folder / "js" / "chart.D9Z0.js").write_text(SCRIPT + "//")
    changed = precompress.of_folder(source.folder, "1.67.0")
    assert changed.name != source.name
    assert precompress.of_folder(source.folder, "1.68.0").name != changed.name
    assert precompress.build(changed, built) != built / source.name


def test_a_failed_build_leaves_nothing(
    source: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(precompress, "compress", broken)
    with pytest.raises(OSError, match="No space left"):
        precompress.build(source, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize("fault", ["cut short", "lost", "another manifest"])
def test_a_damaged_build_is_not_served_and_the_next_build_repairs_it(
    source: Installed, built: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    folder = built / source.name
    script = folder / "js" / "chart.D9Z0.js.br"
    if fault == "cut short":
        script.write_bytes(script.read_bytes()[:-1])
    elif fault == "lost":
        script.unlink()
    else:
        (folder / precompress.MANIFEST).write_text(json.dumps(["no sizes"]))
    assert streamlit_files.files(source, built) == {}
    assert "python -m referrals.web.static.precompress" in caplog.text
    precompress.build(source, built)
    assert len(streamlit_files.files(source, built)) == 5


def test_two_simultaneous_builds_leave_one_complete_folder(
    source: Installed, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = precompress.manifest(built / source.name)
    # Missing when the second build starts, complete when it has waited for the first.
    answers = iter([None, whole])
    monkeypatch.setattr(precompress, "manifest", lambda _: next(answers))
    assert precompress.build(source, built) == built / source.name
    assert [path.name for path in built.iterdir()] == [source.name]


def test_files_of_a_quick_build_are_served_until_a_build_for_readers_replaces_them(
    source: Installed, tmp_path: Path
) -> None:
    quick = precompress.build(source, tmp_path, quality=precompress.QUICK_QUALITY)
    assert len(streamlit_files.files(source, tmp_path)) == 5
    assert not precompress.is_built(quick)
    best = precompress.build(source, tmp_path)
    assert precompress.is_built(best)
    before = (best / precompress.MANIFEST).stat().st_ino
    precompress.build(source, tmp_path, quality=precompress.QUICK_QUALITY)
    assert (best / precompress.MANIFEST).stat().st_ino == before, (
        "a quick build leaves smaller files alone"
    )


def test_a_quick_build_that_waits_for_a_build_for_readers_keeps_its_files(
    source: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, compress_all = Event(), precompress._compress_all
    quick = Thread(
        target=precompress.build,
        args=(source, tmp_path),
        kwargs={"quality": precompress.QUICK_QUALITY},
    )
    is_built = precompress.is_built

    def looking(target: Path, *, quality: int) -> bool:
        found = is_built(target, quality=quality)
        if quality == precompress.QUICK_QUALITY:
            looked.set()
        return found

    def compress_while_another_waits(*arguments: Any) -> dict[str, int]:
        monkeypatch.setattr(precompress, "_compress_all", compress_all)
        quick.start()
        assert looked.wait(10), "the quick build has seen that nothing is built"
        return compress_all(*arguments)

    monkeypatch.setattr(precompress, "is_built", looking)
    monkeypatch.setattr(precompress, "_compress_all", compress_while_another_waits)
    best = precompress.build(source, tmp_path)
    quick.join(10)
    assert not quick.is_alive()
    assert is_built(best), "the files are still those for readers"


def test_the_command_names_the_missing_installation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(precompress, "find_spec", lambda _: None)
    assert precompress.main() == 1
    assert "Install what requirements.lock lists" in capsys.readouterr().err


def test_the_precompress_command_builds_once(
    source: Installed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(precompress, "installed", lambda: source)
    monkeypatch.setattr(precompress, "ROOT", tmp_path)
    monkeypatch.setattr(precompress, "BUILT", tmp_path / "built")
    assert precompress.main() == 0
    assert f"built/{source.name}" in capsys.readouterr().out
    assert (precompress.main(), capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@pytest.mark.parametrize("name", ["js/chart.D9Z0.js", "css/look.C1JO.css"])
def test_a_static_file_is_sent_in_the_accepted_coding(
    client: Client, source: Installed, name: str, encoding: str
) -> None:
    answer = client.get(f"/static/{name}", {"accept-encoding": encoding})
    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.plain == (source.folder / name).read_bytes()
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("js/chart.D9Z0.js", "text/javascript; charset=utf-8"),
        ("css/look.C1JO.css", "text/css; charset=utf-8"),
        ("media/flake.B2r5.png", "image/png"),
    ],
)
def test_a_static_file_is_immutable_and_has_its_media_type(
    client: Client, name: str, kind: str
) -> None:
    headers = client.get(f"/static/{name}", {"accept-encoding": "br"}).headers
    assert headers["content-type"] == kind
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    if name.startswith("media/"):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_headers_of_a_script_are_few_as_a_page_has_seventy(client: Client) -> None:
    headers = client.get("/static/js/chart.D9Z0.js", {"accept-encoding": "br"}).headers
    assert set(headers) == {
        "cache-control",
        "content-encoding",
        "content-length",
        "content-type",
        "etag",
        "vary",
        "x-content-type-options",
    }


def test_a_file_that_does_not_compress_is_sent_as_it_is(client: Client) -> None:
    for name in ("js/tiny.Ab12.js", "media/flake.B2r5.png"):
        assert (
            "content-encoding"
            not in client.get(f"/static/{name}", {"accept-encoding": "br"}).headers
        )


def test_a_head_request_for_a_file_gets_the_same_headers_without_a_body(client: Client) -> None:
    address, request = "/static/js/chart.D9Z0.js", {"accept-encoding": "br"}
    whole, head = client.get(address, request), client.head(address, request)
    assert head.content == b""
    assert head.headers == whole.headers


def test_an_unchanged_file_is_a_304_and_each_coding_has_its_own_etag(
    client: Client,
) -> None:
    address = "/static/js/chart.D9Z0.js"
    tags = {
        form: client.get(address, {"accept-encoding": form}).headers["etag"]
        for form in ("br", "gzip", "")
    }
    assert len(set(tags.values())) == 3
    again = client.get(address, {"accept-encoding": "br", "if-none-match": tags["br"]})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", tags["br"])
    assert (
        client.get(address, {"accept-encoding": "gzip", "if-none-match": tags["br"]}).status == 200
    )
    assert client.get(address, {"accept-encoding": "br", "if-none-match": "*"}).status == 304
    assert (
        client.get(address, {"accept-encoding": "br", "if-none-match": f'"x{tags["br"]}x"'}).status
        == 200
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/js",
        "/static/js/lost.js",
        "/static/../secret.txt",
        "/static/../../secret.txt",
        "/static/js/../js/chart.D9Z0.js",
        "/static//js/chart.D9Z0.js",
        "/static/js/chart.D9Z0.js.br",
        "/static/js/chart.D9Z0.js\x00",
        "/static/..\\secret.txt",
        "/static/%2e%2e/secret.txt",
        "/js/chart.D9Z0.js",
        "/manifest.json",
        "/static/manifest.json",
        "/age",
    ],
)
def test_every_unlisted_path_is_left_to_streamlit(client: Client, path: str) -> None:
    assert client.get(path).text == "Streamlit's own answer"


def test_a_post_to_a_file_is_left_to_streamlit(client: Client) -> None:
    assert client.get("/static/js/chart.D9Z0.js", method="POST").status == 405


def test_unused_fonts_are_not_sent(client: Client) -> None:
    answer = client.get("/static/media/SourceSans.x.woff2")
    assert answer.status == 404
    assert len(answer.content) < 100


def test_without_compressed_files_streamlit_answers_and_a_warning_is_logged(
    source: Installed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        client = served_by(source, tmp_path / "never built")
    assert (
        client.get("/static/js/chart.D9Z0.js", {"accept-encoding": "br"}).text
        == "Streamlit's own answer"
    )
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_site_starts_without_streamlits_files(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> Installed:
        raise ReferralsError("Streamlit's own scripts are not installed.")

    monkeypatch.setattr(precompress, "installed", missing)
    client = Client(streamlit_files.StaticFiles(PlainTextResponse("Streamlit's own answer")))
    assert client.get("/static/js/chart.D9Z0.js").text == "Streamlit's own answer"
    assert "not installed" in caplog.text
