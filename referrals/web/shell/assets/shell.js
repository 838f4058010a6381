// The shell's behaviour: leave at once, follow links without reloading, say where one has arrived, print everything.
// Runs first, before Streamlit is read; asks nothing of the server and works when there is none.
(() => {
  'use strict';

  const { exit: harmless, site, titles: titlesText } = document.currentScript.dataset;
  const titles = JSON.parse(titlesText);
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  root.classList.add('vr-js');

  // Streamlit would look for its server below the address of every page first, and write each failure to the console.
  window.__streamlit = { BACKEND_BASE_URL: `${location.origin}/`, MAIN_PAGE_BASE_URL: `${location.origin}/` };

  // ---- Leave this page -------------------------------------------------------------------------------------------

  const LEFT = 'left'; // all that stays in this tab's own storage: Back must not bring the page up again
  const PRESSES = 3;
  const PATIENCE = 5000;
  let presses = 0;
  let shiftAlone = false;
  let forgetting;

  function leave() {
    document.title = 'Weather';
    root.classList.add('vr-leaving');
    for (const store of ['localStorage', 'sessionStorage']) {
      try { window[store].clear(); } catch { /* storage is switched off: nothing to clear */ }
    }
    try { sessionStorage.setItem(LEFT, '1'); } catch { /* as above */ }
    // Within a page of another site the whole window must go, where we are allowed to: what frames us would stay in view.
    try { window.top.location.replace(harmless); } catch { location.replace(harmless); }
  }

  function cameBackAfterLeaving() {
    try {
      const left = sessionStorage.getItem(LEFT);
      sessionStorage.removeItem(LEFT);
      return Boolean(left) && performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
    } catch {
      return false;
    }
  }

  function countPresses(number) {
    presses = number;
    clearTimeout(forgetting);
    const left = PRESSES - number;
    const words = number ? `Press Shift ${left} more ${left === 1 ? 'time' : 'times'} to leave` : '';
    const place = byId('vr-exit-count');
    if (place) place.textContent = words;
    if (number) forgetting = setTimeout(countPresses, PATIENCE, 0);
  }

  // On window and in the capture phase: nothing in the page can swallow these.
  addEventListener('keydown', (event) => {
    if (event.key === 'Shift') {
      shiftAlone ||= !event.repeat;
    } else {
      shiftAlone = false;
      if (presses) countPresses(0);
    }
  }, true);
  addEventListener('pointerdown', () => { shiftAlone = false; }, true);
  addEventListener('keyup', (event) => {
    if (event.key !== 'Shift' || !shiftAlone) return;
    shiftAlone = false;
    if (presses + 1 >= PRESSES) leave();
    else countPresses(presses + 1);
  }, true);
  addEventListener('click', (event) => {
    if (!event.target.closest?.('[data-vr-exit]')) return;
    event.preventDefault();
    leave();
  }, true);
  addEventListener('pageshow', (event) => {
    if (event.persisted && root.classList.contains('vr-leaving')) leave();
  });
  if (cameBackAfterLeaving()) leave();

  // Streamlit makes the body inert when its server is gone; what is outside the body stays alive.
  // "interactive" comes before Streamlit's scripts run, DOMContentLoaded after them.
  document.addEventListener('readystatechange', () => {
    const aside = byId('vr-exit');
    if (aside && aside.parentNode !== root) root.append(aside);
  });

  // ---- Arriving at a page ----------------------------------------------------------------------------------------

  const WAIT = 10000;
  let path = location.pathname;
  let watching;

  const rendered = () => document.querySelector('[data-testid="stMain"]');
  const settled = () => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning';

  // Calls `act` with the first thing `find` returns, now or once Streamlit has drawn it.
  function when(find, act) {
    watching?.disconnect();
    const attempt = () => {
      const found = find();
      if (found) {
        watching.disconnect();
        act(found);
      }
    };
    const observer = new MutationObserver(attempt);
    watching = observer;
    observer.observe(byId('root') ?? document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-test-script-state'] });
    setTimeout(() => observer.disconnect(), WAIT);
    attempt();
  }

  function focusOn(element) {
    if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  const target = () => byId(decodeURIComponent(location.hash.slice(1)));

  function goToTarget() {
    if (location.hash.length < 2) return;
    when(() => rendered() && settled() && target(), (element) => {
      element.closest('details:not([open])')?.setAttribute('open', '');
      element.scrollIntoView();
      focusOn(element);
    });
  }

  function markMenu() {
    for (const link of document.querySelectorAll('#vr-nav a')) {
      const current = link.pathname === path;
      link.toggleAttribute('aria-current', current);
      if (current) link.setAttribute('aria-current', 'page');
    }
    const groups = [...document.querySelectorAll('.vr-group')];
    const tops = document.querySelectorAll('.vr-sections a');
    groups.forEach((group, number) => {
      const current = Boolean(group.querySelector('[aria-current]'));
      group.toggleAttribute('data-current', current);
      tops[number].toggleAttribute('aria-current', current);
      if (current) tops[number].setAttribute('aria-current', 'true');
    });
    leadVersions();
    openMenu(false);
  }

  // The low-data version and other languages are links to the page that one is on, of the release that it shows.
  function leadVersions() {
    const release = new URLSearchParams(location.search).get('release');
    for (const link of document.querySelectorAll('.vr-versions a')) {
      const pages = JSON.parse(link.dataset.vrPages);
      const address = pages[`${path}?release=${release}`] ?? pages[path];
      link.hidden = !address;
      if (address) link.href = address;
    }
  }

  // Streamlit puts its scrolling box among the tab stops; here the page scrolls, and the box is a stop without a purpose.
  const outOfTabOrder = () => { rendered().tabIndex = -1; };

  function arrive() {
    const before = document.querySelector('#root h1');
    const words = before?.textContent;
    const newHeading = () => {
      const heading = rendered()?.querySelector('h1');
      return heading && (heading !== before || heading.textContent !== words) && heading;
    };
    markMenu();
    if (titles[path]) document.title = `${titles[path]} - ${site}`;
    scrollTo(0, 0);
    when(newHeading, (heading) => {
      outOfTabOrder();
      focusOn(heading);
      byId('vr-status').textContent = titles[path] ?? heading.textContent;
      goToTarget();
    });
  }

  function noticeMove() {
    if (location.pathname === path) {
      leadVersions();
    } else {
      path = location.pathname;
      arrive();
    }
  }

  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      noticeMove();
    };
  }
  addEventListener('popstate', noticeMove);
  addEventListener('hashchange', goToTarget);

  // ---- Links, skip link, menu ------------------------------------------------------------------------------------

  const connected = () => document.querySelector('[data-testid="stApp"]')?.dataset.testConnectionState === 'CONNECTED';

  function followHere(event) {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.closest('.stMarkdown')) link.removeAttribute('target'); // Streamlit opens every link of a text in a new tab
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if ('vrReload' in link.dataset) return; // meant to begin anew, though it leads to the page that is open
    const samePage = link.pathname === location.pathname && link.search === location.search;
    if (samePage && link.hash) {
      if (link.hash === location.hash) goToTarget();
      return;
    }
    if (!(link.pathname in titles) || !connected()) return;
    event.preventDefault();
    history.pushState({}, '', link.href);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }

  function openMenu(open) {
    const button = document.querySelector('.vr-menu');
    button?.setAttribute('aria-expanded', String(open));
    byId('vr-nav')?.toggleAttribute('data-open', open);
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('.vr-menu');
    const copies = event.target.closest?.('.copy-button');
    if (copies) {
      copy(copies);
    } else if (button) {
      openMenu(button.getAttribute('aria-expanded') !== 'true');
    } else if (event.target.closest?.('[data-vr-skip]')) {
      event.preventDefault();
      const main = byId('stMain');
      const place = main?.querySelector('h1') ?? main;
      if (place) {
        focusOn(place);
        place.scrollIntoView();
      }
    } else {
      followHere(event);
    }
  });
  document.addEventListener('keydown', (event) => {
    const button = document.querySelector('.vr-menu[aria-expanded="true"]');
    if (event.key === 'Escape' && button) {
      openMenu(false);
      button.focus();
    }
  });

  // ---- Texts to copy ---------------------------------------------------------------------------------------------

  async function copy(button) {
    const text = button.parentElement.previousElementSibling;
    getSelection().selectAllChildren(text); // where copying is not allowed, the text is marked and the reader's own keys copy it
    let said = 'Press Ctrl and C to copy';
    try {
      await navigator.clipboard.writeText(text.textContent);
      said = 'Copied';
    } catch { /* no clipboard here: the words on the button say what to do */ }
    button.textContent = said;
    byId('vr-status').textContent = said;
    setTimeout(() => { button.textContent = 'Copy'; }, PATIENCE);
  }

  // Streamlit asks for its icon font (375 kB) on every page, shown or not. A page that shows an icon still gets it.
  const load = document.fonts?.load.bind(document.fonts);
  if (load) {
    document.fonts.load = (font, text) => (font.includes('Material Symbols') ? Promise.resolve([]) : load(font, text));
  }

  // ---- Print -----------------------------------------------------------------------------------------------------

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    opened.forEach((details) => { details.open = true; });
    const date = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
    const end = document.querySelector('.vr-print-end');
    if (end) end.textContent = `${site}. Printed on ${date} from ${location.href}`;
  });
  addEventListener('afterprint', () => {
    opened.forEach((details) => { details.open = false; });
  });

  addEventListener('DOMContentLoaded', () => {
    leadVersions();
    when(rendered, () => {
      outOfTabOrder();
      goToTarget();
    });
  });
})();
