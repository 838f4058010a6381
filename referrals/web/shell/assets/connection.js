// Connection: the state of Streamlit's page and of its server, as the other parts need it.

// Everything that the scripts depend on in Streamlit's page, as read in Streamlit 1.67.0.
// Streamlit promises no stable test ids or classes: see docs/streamlit_internals.md.
const STREAMLIT = {
  app: '[data-testid="stApp"]', // its data-test-script-state and data-test-connection-state are read
  main: '[data-testid="stMain"]',
  markdown: '.stMarkdown',
  skeleton: '[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]', // in the place of an element whose script is missing
  scriptStateAttribute: 'data-test-script-state',
  idle: 'notRunning',
  connected: 'CONNECTED',
  iconFont: 'Material Symbols',
};

// Without these, Streamlit looks for its server below the address of each page first, and writes every failure to the
// console.
window.__streamlit = {
  BACKEND_BASE_URL: `${location.origin}/`,
  MAIN_PAGE_BASE_URL: location.origin + base, // below it are the pages of this page's language
};

// Streamlit requests its icon font (375 kB) on every page. A page that shows an icon still gets it.
const loadFont = document.fonts?.load.bind(document.fonts);
if (loadFont) {
  document.fonts.load = (font, text) => (
    font.includes(STREAMLIT.iconFont) ? Promise.resolve([]) : loadFont(font, text)
  );
}

const OBSERVE_FOR = 10000; // milliseconds
let observing;

const renderedMain = () => document.querySelector(STREAMLIT.main);
const appState = () => document.querySelector(STREAMLIT.app)?.dataset ?? {};
const isIdle = () => appState().testScriptState === STREAMLIT.idle;
const isConnected = () => appState().testConnectionState === STREAMLIT.connected;

// Calls `act` with the first truthy result of `find`, now or once Streamlit has drawn it.
// A new call replaces the one before it.
function whenFound(find, act) {
  observing?.disconnect();
  const observer = new MutationObserver(attempt);
  function attempt() {
    const found = find();
    if (found) {
      observer.disconnect();
      act(found);
    }
  }
  observing = observer;
  observer.observe(byId('root') ?? document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: [STREAMLIT.scriptStateAttribute],
  });
  setTimeout(() => observer.disconnect(), OBSERVE_FOR);
  attempt();
}
