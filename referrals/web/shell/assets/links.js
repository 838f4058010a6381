// Links: follow links without reloading, and move title, focus and announcement to the new page.

const { site, titles: titlesText, keeps: keepsText } = document.currentScript.dataset;
const titles = JSON.parse(titlesText);
const keepingPages = JSON.parse(keepsText);
let path = location.pathname;

function focusOn(element) {
  if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

const linkTarget = () => byId(decodeURIComponent(location.hash.slice(1)));

function goToTarget() {
  if (location.hash.length < 2) return;
  whenFound(() => renderedMain() && isIdle() && linkTarget(), (element) => {
    element.closest('details:not([open])')?.setAttribute('open', '');
    element.scrollIntoView();
    focusOn(element);
  });
}

// Streamlit makes its scrolling box a tab stop. Here the document scrolls, so the stop has no use.
function removeMainFromTabOrder() {
  renderedMain().tabIndex = -1;
}

function arrive() {
  const oldHeading = document.querySelector('#root h1');
  const oldText = oldHeading?.textContent;
  const findNewHeading = () => {
    const heading = renderedMain()?.querySelector('h1');
    const isNew = heading && (heading !== oldHeading || heading.textContent !== oldText);
    return isNew && heading;
  };
  markMenu(path);
  if (titles[path]) document.title = `${titles[path]} - ${site}`;
  scrollTo(0, 0);
  whenFound(findNewHeading, (heading) => {
    removeMainFromTabOrder();
    focusOn(heading);
    byId('vr-status').textContent = titles[path] ?? heading.textContent;
    goToTarget();
  });
}

function onAddressChange() {
  if (location.pathname === path) {
    updateVersions();
  } else {
    path = location.pathname;
    forgetAnswer();
    arrive();
  }
}

for (const name of ['pushState', 'replaceState']) {
  const original = history[name];
  history[name] = function (...args) {
    original.apply(this, args);
    onAddressChange();
  };
}
addEventListener('popstate', onAddressChange);
addEventListener('hashchange', goToTarget);

const hasModifier = (event) => (
  event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
);

// A link from one page with choices to another keeps the filters and the release. What a reader compares (codes with
// commas between them) and the order belong to the page alone.
const PAGE_ONLY = new Set(['sort']);

function keepChoices(link) {
  const isBetweenTopics = [location, link].every(({ pathname }) => keepingPages.includes(pathname));
  if (!isBetweenTopics || link.origin !== location.origin || link.pathname === location.pathname || link.hash) return;
  const kept = [...new URLSearchParams(location.search)].filter(([name, value]) => (
    !PAGE_ONLY.has(name) && !value.includes(',')
  ));
  link.search = new URLSearchParams(kept).toString();
}

function follow(event, link) {
  if (event.defaultPrevented || hasModifier(event)) return;
  // Streamlit opens every link of a text in a new tab.
  if (link.closest(STREAMLIT.markdown)) link.removeAttribute('target');
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if ('vrReload' in link.dataset) return; // meant to load anew: it leads to the open page, or must not be lost while a page is drawn
  const isSamePage = link.pathname === location.pathname && link.search === location.search;
  if (isSamePage && link.hash) {
    if (link.hash === location.hash) goToTarget();
    return;
  }
  if (!(link.pathname in titles) || !isConnected()) return;
  event.preventDefault();
  history.pushState({}, '', link.href);
  dispatchEvent(new PopStateEvent('popstate', { state: {} }));
}

function skipToContent() {
  const main = byId('stMain');
  const place = main?.querySelector('h1') ?? main;
  if (place) {
    focusOn(place);
    place.scrollIntoView();
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  if (!link) return;
  keepChoices(link);
  if ('vrSkip' in link.dataset) {
    event.preventDefault();
    skipToContent();
  } else {
    follow(event, link);
  }
});

document.addEventListener('auxclick', (event) => {
  const link = event.target.closest?.('a[href]');
  if (link) keepChoices(link);
});

addEventListener('DOMContentLoaded', () => {
  updateVersions();
  whenFound(renderedMain, () => {
    removeMainFromTabOrder();
    if (!firstPaint()) goToTarget();
  });
});
