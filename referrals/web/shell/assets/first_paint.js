// First paint: the page that the server sent stays in view until Streamlit has drawn it, and then gives way in one frame.

const firstPaint = () => document.querySelector('body > .vr-static');

// Moves the focus from a link or fold of the first paint to the same one in Streamlit's page.
function focusOnSame(focused) {
  const sameText = (element) => element.textContent === focused.textContent;
  const found = [...document.querySelectorAll(`#root ${focused.tagName}`)].find(sameText);
  found?.focus({ preventScroll: true });
}

function keepFolds(from) {
  for (const fold of from.querySelectorAll('details[open][data-fold]')) {
    byId('root').querySelector(`details[data-fold="${fold.dataset.fold}"]`)?.setAttribute('open', '');
  }
}

function takeOver() {
  const shown = firstPaint();
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  keepFolds(shown);
  shown.remove();
  root.classList.add('vr-live');
  // Only now: an element that is hidden, or leaves with the first paint, cannot keep the focus.
  if (focused) focusOnSame(focused);
  else goToTarget();
}

addEventListener('DOMContentLoaded', () => {
  if (!firstPaint() || !byId('root')) return;
  const observer = new MutationObserver(() => {
    const main = renderedMain();
    if (!main?.querySelector('h1') || main.querySelector(STREAMLIT.skeleton) || !isIdle()) return;
    observer.disconnect();
    takeOver();
  });
  observer.observe(byId('root'), {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: [STREAMLIT.scriptStateAttribute],
  });
});
