"""The cost of a visit on a slow mobile connection, printed and not asserted.

    python -m bench.visit_cost [--rounds 5] [--changes 20] [http://127.0.0.1:8501]

The site is served from this checkout unless an address is given. Chromium is throttled to 1.6
Mbit/s and 150 ms latency. A first visit has an empty cache; a repeat visit has the cache of the
first. The median of the rounds is printed. A fixed task in the browser, between visits, allows
comparing machines.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from referrals.paths import ROOT
from tests.browser.servers import chromium, drawn, serve

SLOW_4G: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
PAGES: Final = ("/", "/nationality", "/age", "/sex", "/crime-type", "/safeguarding")
FILTERED: Final = "/crime-type"
QUIET_MILLISECONDS: Final = 250
"""Milliseconds without a change after which a page counts as redrawn."""

# Records when the first chart (or text) of the first paint is visible, when Streamlit's page has
# taken its place, and how far anything in view was moved.
WATCH_SCRIPT: Final = """
(() => {
  window.seen = { shift: 0 };
  const watch = () => {
    const chart = document.querySelector('.vr-static .bars')
      ?? document.querySelector('.vr-static p');
    if (chart?.getClientRects().length) {
      requestAnimationFrame(() => { window.seen.chart ??= performance.now(); });
    }
    const isLive = document.querySelector('.stApp h1')
      && !document.querySelector('body > .vr-static');
    if (isLive) window.seen.live ??= performance.now();
  };
  new MutationObserver(watch).observe(document, { subtree: true, childList: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
})();
"""
# Clicks, and returns the milliseconds until the last painted change.
CLICK_SCRIPT: Final = """
([box, quiet]) => new Promise((done) => {
  const main = document.querySelector('[data-testid=stMain]');
  const start = performance.now();
  let last = start;
  let ending;
  const watch = new MutationObserver((changes) => {
    const drawn = '.stHtml';
    const element = ({ target }) => (target.closest ? target : target.parentElement);
    if (!changes.some((change) => element(change)?.closest(drawn))) return;
    requestAnimationFrame(() => { last = performance.now(); });
    clearTimeout(ending);
    ending = setTimeout(() => { watch.disconnect(); done(last - start); }, quiet);
  });
  watch.observe(main, { subtree: true, childList: true, characterData: true, attributes: true });
  setTimeout(() => { watch.disconnect(); done(last - start); }, 5000);
  box.click();
})
"""
UNIT_SCRIPT: Final = """() => {
  const start = performance.now();
  let sum = 0;
  for (let number = 0; number < 3e7; number += 1) sum = (sum + number * 7) % 1000003;
  return performance.now() - start + sum * 0;
}"""


@dataclass(frozen=True)
class Visit:
    """One visit: seconds to text, chart and live page, layout shift, kilobytes, and requests."""

    first_text: float
    first_chart: float
    live: float
    shift: float
    total: float
    requests: int


@dataclass
class Traffic:
    """Network traffic received: compressed, with headers."""

    received: int = 0
    requests: int = 0

    def listen(self, session: CDPSession) -> None:
        """Count every answer and every message of the WebSocket."""
        session.on("Network.dataReceived", lambda event: self._add(event["encodedDataLength"]))
        session.on(
            "Network.responseReceived",
            lambda event: self._add(event["response"]["encodedDataLength"], answers=1),
        )
        session.on(
            "Network.webSocketFrameReceived",
            lambda event: self._add(len(event["response"]["payloadData"]) * 3 // 4),
        )

    def _add(self, size: float, answers: int = 0) -> None:
        self.received += int(size)
        self.requests += answers


@contextmanager
def slow_page(context: BrowserContext) -> Iterator[tuple[Page, Traffic]]:
    """Open a tab on a slow connection."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    traffic = Traffic()
    traffic.listen(session)
    page.add_init_script(WATCH_SCRIPT)
    yield page, traffic
    page.close()


def visit(context: BrowserContext, address: str) -> Visit:
    """Open an address and wait until the page is complete."""
    with slow_page(context) as (page, traffic):
        page.goto(address, wait_until="commit")
        # The site's CSP forbids Playwright's own wait_for_function.
        while not page.evaluate("window.seen?.live"):
            page.wait_for_timeout(50)
        drawn(page)
        page.wait_for_load_state("networkidle")
        first_text = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        seen = page.evaluate("window.seen")
        return Visit(
            first_text / 1000,
            seen["chart"] / 1000,
            seen["live"] / 1000,
            seen["shift"],
            traffic.received / 1000,
            traffic.requests,
        )


def changes(browser: Browser, address: str, count: int) -> list[float]:
    """Return the milliseconds until each filter change was redrawn, on a fast connection."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    drawn(page)
    page.wait_for_timeout(1_000)
    group = page.get_by_role("radiogroup").filter(has=page.get_by_text("Share")).last
    boxes = [group.get_by_text(name, exact=True).element_handle() for name in ("Share", "Number")]
    taken = [
        float(page.evaluate(CLICK_SCRIPT, [boxes[number % 2], QUIET_MILLISECONDS]))
        for number in range(count + 2)
    ]
    context.close()
    return taken[2:]  # the first of each is not cached yet


def unit(browser: Browser) -> float:
    """Return the milliseconds of a fixed task in the browser."""
    page = browser.new_page()
    taken = min(page.evaluate(UNIT_SCRIPT) for _ in range(3))
    page.close()
    return float(taken)


def measure(browser: Browser, home: str, path: str, rounds: int) -> tuple[list[Visit], list[Visit]]:
    """Return first and repeat visits of a page, each pair in its own browser profile."""
    first_visits, repeat_visits = [], []
    for _ in range(rounds):
        context = browser.new_context()
        first_visits.append(visit(context, home + path))
        repeat_visits.append(visit(context, home + path))
        context.close()
    return first_visits, repeat_visits


def _row(name: str, visits: list[Visit]) -> str:
    def middle(field: str) -> Any:
        return statistics.median(getattr(visit, field) for visit in visits)

    return (
        f"{name:32}{middle('first_text'):>9.2f} s{middle('first_chart'):>10.2f} s"
        f"{middle('live'):>10.2f} s{middle('shift'):>10.3f}"
        f"{middle('total'):>9,.0f} kB{middle('requests'):>10.0f}"
    )


def report(browser: Browser, home: str, rounds: int, count: int) -> None:
    """Measure and print."""
    print(
        f"{'on 1.6 Mbit/s, 150 ms':32}{'text':>11}{'chart':>12}{'live':>12}{'shift':>10}"
        f"{'in all':>12}{'requests':>10}"
    )
    units = [unit(browser)]
    for path in PAGES:
        first_visits, repeat_visits = measure(browser, home, path, rounds)
        print(_row(f"{path} first visit", first_visits))
        print(_row(f"{path} repeat visit", repeat_visits), flush=True)
        units.append(unit(browser))
    if count:
        taken = sorted(changes(browser, home + FILTERED, count))
        p95 = taken[min(len(taken) - 1, round(0.95 * len(taken)))]
        units.append(unit(browser))
        middle = statistics.median(taken)
        print(
            f"filter change: median {middle:.0f} ms, p95 {p95:.0f} ms, "
            f"least {taken[0]:.0f} ms ({count} changes)"
        )
    print(f"fixed work in the browser: {min(units):.0f} to {max(units):.0f} ms")


def main() -> None:
    """Read the command line, serve the site if no address is given, and measure it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("address", nargs="?", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--changes", type=int, default=20)
    options = parser.parse_args()
    with nullcontext() if options.address else serve(ROOT) as site, chromium() as browser:
        report(
            browser,
            site.address if site else options.address.rstrip("/"),
            options.rounds,
            options.changes,
        )


if __name__ == "__main__":
    main()
