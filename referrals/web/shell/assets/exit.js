// Exit: "Leave this page" by link, by button or by three presses of Shift.
// First of the parts of shell.js (see web/static/assets.py), which share one function scope, and of the script of /for-me.
// It runs before Streamlit's scripts and needs no server.

const { exit: exitAddress, messages: messagesText, base } = document.currentScript.dataset;
const messages = JSON.parse(messagesText);
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
root.classList.add('vr-js');

const LEFT = 'left'; // the only key in this tab's storage: Back must not bring the page up again
const SHIFT_PRESSES = messages.pressesLeft.length + 1;
const RESET_AFTER = 5000; // milliseconds
let presses = 0;
let isShiftAlone = false;
let resetTimer;

function leave() {
  document.title = messages.leavingTitle;
  root.classList.add('vr-leaving');
  for (const store of ['localStorage', 'sessionStorage']) {
    try { window[store].clear(); } catch { /* storage is switched off: nothing to clear */ }
  }
  try { sessionStorage.setItem(LEFT, '1'); } catch { /* as above */ }
  // If another site frames this page, the whole window must go if it may: that site would stay in view.
  try { window.top.location.replace(exitAddress); } catch { location.replace(exitAddress); }
}

function cameBackAfterLeaving() {
  try {
    const hasLeft = Boolean(sessionStorage.getItem(LEFT));
    sessionStorage.removeItem(LEFT);
    return hasLeft && performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  } catch {
    return false;
  }
}

function setPresses(number) {
  presses = number;
  clearTimeout(resetTimer);
  const counter = byId('vr-exit-count');
  if (counter) counter.textContent = number ? messages.pressesLeft[SHIFT_PRESSES - number - 1] : '';
  if (number) resetTimer = setTimeout(setPresses, RESET_AFTER, 0);
}

// On window and in the capture phase: nothing in the page can swallow these events.
addEventListener('keydown', (event) => {
  if (event.key === 'Shift') {
    isShiftAlone ||= !event.repeat;
  } else {
    isShiftAlone = false;
    if (presses) setPresses(0);
  }
}, true);
addEventListener('pointerdown', () => { isShiftAlone = false; }, true);
addEventListener('keyup', (event) => {
  if (event.key !== 'Shift' || !isShiftAlone) return;
  isShiftAlone = false;
  if (presses + 1 >= SHIFT_PRESSES) leave();
  else setPresses(presses + 1);
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

// Streamlit makes the body inert when its server is gone, so the exit is moved out of the body.
// "interactive" comes before Streamlit's scripts run, DOMContentLoaded after them.
document.addEventListener('readystatechange', () => {
  const aside = byId('vr-exit');
  if (aside && aside.parentNode !== root) root.append(aside);
});
