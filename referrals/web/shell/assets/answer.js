// Answer: folds stay open and a new finding is announced when a reader changes a filter.

const FINDING = '#root .finding';
const COUNT = '#root .cell-count'; // of a built table: its layout and how many cells are shown
const ANNOUNCE_AFTER = 300; // milliseconds: a finding is announced once it has come to rest

const openFolds = new Set();
let lastFinding;
let announcing;

// A fold is named by its place among those of its kind, as its text can change with a filter.
function foldName(fold) {
  const { fold: kind } = fold.dataset;
  const alike = [...document.querySelectorAll(`#root details[data-fold="${kind}"]`)];
  return `${kind} ${alike.indexOf(fold)}`;
}

document.addEventListener('toggle', ({ target }) => {
  if (!target.dataset?.fold || !target.isConnected) return;
  if (target.open) openFolds.add(foldName(target));
  else openFolds.delete(foldName(target));
}, true);

function keepFoldsOpen() {
  for (const fold of document.querySelectorAll('#root details[data-fold]:not([open])')) {
    if (openFolds.has(foldName(fold))) fold.open = true;
  }
}

function announceFinding() {
  const texts = [FINDING, COUNT].map((text) => document.querySelector(text)?.textContent);
  const finding = texts.filter(Boolean).map((text) => text.replace(/\.?$/, '.')).join(' ');
  if (!finding || finding === lastFinding) return;
  const isFirst = lastFinding === undefined;
  lastFinding = finding;
  if (isFirst) return; // the page itself is announced by its heading
  clearTimeout(announcing);
  announcing = setTimeout(() => { byId('vr-status').textContent = finding; }, ANNOUNCE_AFTER);
}

function forgetAnswer() {
  openFolds.clear();
  lastFinding = undefined;
}

addEventListener('DOMContentLoaded', () => {
  if (!byId('root')) return;
  new MutationObserver(() => {
    keepFoldsOpen();
    announceFinding();
  }).observe(byId('root'), { subtree: true, childList: true, characterData: true });
});
