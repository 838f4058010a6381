"""HTTP/1.1 against HTTP/2 at the deployed nginx, and the back-forward cache; asserts nothing.

    python -m bench.front_cost [--rounds 5]

One replica runs behind nginx on this machine. Chromium opens the first page with an empty cache on
a slow mobile connection, over TLS with and without HTTP/2. Then it leaves each page for a light
page and comes back: the browser says whether it had kept the page, and if not, why.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from bench.servers.cluster import cluster
from bench.visit_cost import SLOW_4G

PORT: Final = 8690
KEPT_PAGES: Final = ("/", "/sex", "/lite/sex")

TIMES: Final = """() => new Promise(resolve => {
  const entry = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  resolve({
    protocol: entry.nextHopProtocol, load: entry.loadEventEnd, text: paint?.startTime,
    files: performance.getEntriesByType("resource").length,
  });
})"""
RETURNED: Final = """() => {
  const entry = performance.getEntriesByType("navigation")[0];
  const reasons = entry.notRestoredReasons?.reasons ?? [];
  return { kept: window.wasHere === true, reasons: reasons.map(({ reason }) => reason) };
}"""


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run Chromium with the back-forward cache, which Playwright switches off."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", *flags],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        try:
            yield browser
        finally:
            browser.close()


def visits(url: str, flags: tuple[str, ...], rounds: int) -> list[dict[str, Any]]:
    """Return the times of first visits on a slow connection."""
    found = []
    with chromium(*flags) as browser:
        for _ in range(rounds):
            context = browser.new_context(ignore_https_errors=True)
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", SLOW_4G)
            page.goto(url, wait_until="load", timeout=120_000)
            found.append(page.evaluate(TIMES))
            context.close()
    return found


def print_protocols(url: str, rounds: int) -> None:
    """Print the median of the times with and without HTTP/2."""
    for flags in ((), ("--disable-http2",)):
        found = visits(url, flags, rounds)
        text = statistics.median(visit["text"] or 0.0 for visit in found)
        load = statistics.median(visit["load"] or 0.0 for visit in found)
        print(
            f"{found[0]['protocol']}: first text {text:,.0f} ms, load "
            f"{load:,.0f} ms, {found[0]['files']} files, median of {rounds}",
            flush=True,
        )


def print_kept_pages(url: str) -> None:
    """Print for each page whether the browser keeps it while the reader is elsewhere."""
    with chromium() as browser:
        for path in KEPT_PAGES:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{url}{path}", wait_until="load", timeout=120_000)
            page.wait_for_timeout(2_000)
            page.evaluate("window.wasHere = true")
            page.goto(f"{url}/lite/age", wait_until="load")
            page.go_back(wait_until="commit")
            page.wait_for_timeout(1_000)
            returned = page.evaluate(RETURNED)
            context.close()
            reasons = ", ".join(returned["reasons"]) or "no reason given"
            print(f"{path}: {'kept' if returned['kept'] else f'not kept ({reasons})'}", flush=True)


def main() -> None:
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(prog="python -m bench.front_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with cluster(1, PORT) as running:
        print_kept_pages(running.url)
        print_protocols(running.secure_url, options.rounds)


if __name__ == "__main__":
    main()
