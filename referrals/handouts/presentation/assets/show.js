// Show: one slide at a time, by keys, clicker, touch or buttons, and the speaker's notes in a second window.
// Follows exit.js in one function scope. Without it all slides follow one another on the page.

const NOTES = '#notes'; // the address of the same page as a window of notes ends with it
const SWIPE = 50; // pixels
const isNotes = location.hash === NOTES;
const isOffline = 'offline' in document.body.dataset;
const trusted = location.protocol === 'file:' ? '*' : location.origin;
let other = isNotes ? window.opener : null; // the window that shows the same slide
let slides = [];
let state = { now: 0, before: 0, since: null, isBlack: false }; // `before` and `since` are of the timer, in milliseconds

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const titleOf = (slide) => slide.querySelector('h2').textContent;

function tell(text) {
  byId('spoken').textContent = text;
}

function warn(text) {
  byId('problem').firstElementChild.textContent = text;
  byId('problem').hidden = false;
}

// The order and the choice of slides. A saved file has no server to read its address, so it is read here.

function namesInAddress() {
  const values = new URLSearchParams(location.search).getAll('slides');
  return [...new Set(values.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase()).filter(Boolean))];
}

function arrange(names) {
  const every = [...document.querySelectorAll('.slide')];
  const found = names.map((name) => every.find((slide) => slide.id === name)).filter(Boolean);
  const unknown = names.filter((name) => !every.some((slide) => slide.id === name));
  const known = every.map((slide) => slide.id).join(messages.comma);
  if (found.length) {
    for (const slide of every) slide.hidden = !found.includes(slide);
    every[0].before(...found);
    const boxes = [...document.querySelectorAll('#choose input')];
    for (const box of boxes) box.checked = names.includes(box.value);
    const items = found.map(({ id }) => boxes.find((box) => box.value === id).closest('li'));
    document.querySelector('#choose ol').prepend(...items);
  }
  if (unknown.length) warn(fill(messages.unknown, { names: unknown.join(messages.comma).slice(0, 200), known }));
}

// The slide in view, and the timer: each change is sent to the other window.

const elapsed = () => state.before + (state.since === null ? 0 : Date.now() - state.since);

function showTime() {
  const seconds = Math.floor(elapsed() / 1000);
  byId('time').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  byId('timer').setAttribute('aria-label', state.since === null ? messages.start : messages.pause);
}

// A table that is wider than its slide is set smaller until all of it is in view.
function fitTables(slide) {
  for (const region of slide.querySelectorAll('.scroll')) {
    const table = region.querySelector('table');
    for (let size = 1; size > 0.5 && region.scrollWidth > region.clientWidth; size -= 0.1) {
      table.style.fontSize = `${size}em`;
    }
  }
}

// The address names the slide, so that a page that is loaded again goes on where it was.
function keepInAddress(name) {
  const isFirst = !location.hash && state.now === 0;
  if (isNotes || isFirst || location.hash === `#${name}`) return;
  try { history.replaceState(null, '', `#${name}`); } catch { /* a browser that forbids it in a file */ }
}

function show() {
  const { now, isBlack } = state;
  slides.forEach((slide, place) => slide.classList.toggle('now', place === now));
  fitTables(slides[now]);
  keepInAddress(slides[now].id);
  root.classList.toggle('black', isBlack);
  byId('progress').style.width = `${((now + 1) / slides.length) * 100}%`;
  if (byId('place')) {
    byId('place').textContent = fill(messages.place, { n: now + 1, of: slides.length });
    byId('previous').disabled = now === 0;
    byId('next').disabled = now === slides.length - 1;
  }
  const following = slides[now + 1];
  byId('following').textContent = following ? fill(messages.following, { title: titleOf(following) }) : messages.last;
  showTime();
}

function send(message) {
  try { other?.postMessage(message, trusted); } catch { other = null; }
}

function change(changes) {
  state = { ...state, ...changes };
  show();
  send({ kind: 'state', state });
}

function goTo(place) {
  const now = Math.max(0, Math.min(place, slides.length - 1));
  if (now === state.now) return;
  const started = state.since === null && state.before === 0 ? { since: Date.now() } : {};
  change({ now, isBlack: false, ...started });
  scrollTo(0, 0);
  byId('problem').hidden = true;
  tell(fill(messages.spoken, { n: now + 1, of: slides.length, title: titleOf(slides[now]) }));
}

const move = (steps) => goTo(state.now + steps);

// Returns whether the address names a slide. One that was not chosen becomes the last.
function goToAddress() {
  const slide = byId(location.hash.slice(1));
  if (!slide?.matches('.slide')) return false;
  if (!slides.includes(slide)) {
    slide.hidden = false;
    slides.push(slide);
  }
  change({ now: slides.indexOf(slide) });
  return true;
}

function toggleBlack() {
  change({ isBlack: !state.isBlack });
  tell(state.isBlack ? messages.black : '');
}

// The window of notes.

function openNotes() {
  if (isNotes) return;
  const address = new URL(location.href);
  address.hash = NOTES;
  other = window.open(address.href, 'notes', 'width=900,height=700');
  if (other) other.focus();
  else warn(messages.blocked);
}

// A window that leaves may be gone, and have no source, before its last message arrives.
addEventListener('message', ({ data, source, origin }) => {
  const isFirstOrLast = ['hello', 'leave'].includes(data?.kind) && (origin === location.origin || isOffline);
  if (!isFirstOrLast && (source === null || source !== other)) return;
  if (data.kind === 'hello') {
    other = source;
    send({ kind: 'state', state });
  } else if (data.kind === 'leave' && !root.classList.contains('vr-leaving')) {
    leave();
    if (isNotes) window.close();
  } else if (data.kind === 'state' && slides[data.state?.now]) {
    state = data.state;
    show();
  }
});

// Both windows leave together, at once: the next page may take long to arrive.
new MutationObserver(() => {
  if (root.classList.contains('vr-leaving')) send({ kind: 'leave' });
}).observe(root, { attributes: true, attributeFilter: ['class'] });

// Keys. A clicker sends Page up and Page down.

const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ' ': 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
// A slide that is longer than its window is read to its end first. Notes are scrolled by the arrows alone: a clicker moves on.
const SCROLLS = new Set(isNotes ? ['ArrowDown', 'ArrowUp'] : ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', ' ']);
const LETTERS = { n: openNotes, f: toggleFull, b: toggleBlack, '.': toggleBlack };

function canScroll(steps) {
  const { scrollTop, scrollHeight, clientHeight } = document.scrollingElement;
  return steps > 0 ? scrollTop + clientHeight < scrollHeight - 2 : scrollTop > 2;
}

addEventListener('keydown', (event) => {
  const { key, target, shiftKey } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || target.closest?.('#options')) return;
  if (key === ' ' && target.closest?.('a, button, summary')) return;
  const letter = LETTERS[key.toLowerCase()];
  if (key === 'Home') goTo(0);
  else if (key === 'End') goTo(slides.length - 1);
  else if (key in STEPS) {
    const steps = key === ' ' && shiftKey ? -1 : STEPS[key];
    if (SCROLLS.has(key) && canScroll(steps)) return;
    move(steps);
  } else if (letter && byId('letters').checked) letter();
  else return;
  event.preventDefault();
});

// Touch: a swipe across the slide. A slide that is longer than a phone scrolls as usual.

let touch = null;
addEventListener('touchstart', ({ touches, target }) => {
  touch = touches.length === 1 && !target.closest?.('#options') ? touches[0] : null;
}, { passive: true });
addEventListener('touchend', ({ changedTouches: [end] }) => {
  if (!touch) return;
  const [across, down] = [end.clientX - touch.clientX, end.clientY - touch.clientY];
  if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) move(across < 0 ? 1 : -1);
  touch = null;
}, { passive: true });

// Buttons.

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

function toggleTimer() {
  change(state.since === null ? { since: Date.now() } : { before: elapsed(), since: null });
}

const ACTIONS = {
  previous: () => move(-1),
  next: () => move(1),
  timer: toggleTimer,
  reset: () => change({ before: 0, since: null }),
  'open-notes': openNotes,
  full: toggleFull,
  print: () => { byId('options').hidePopover?.(); print(); },
  'close-problem': () => { byId('problem').hidden = true; },
};

document.addEventListener('click', ({ target }) => {
  ACTIONS[target.closest?.('button')?.id]?.();
  const step = target.closest?.('[data-move]');
  if (!step) return;
  const item = step.closest('li');
  if (step.dataset.move === '1') item.nextElementSibling?.after(item);
  else item.previousElementSibling?.before(item);
  step.focus();
});

byId('choose')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const names = [...event.target.querySelectorAll('input:checked')].map((box) => box.value);
  location.href = `${location.pathname}?slides=${names.join(',')}`;
});

// A saved file can be older than the date by which its help lines should have been checked.
for (const warning of document.querySelectorAll('[data-check-by]')) {
  warning.hidden = new Date().toISOString().slice(0, 10) <= warning.dataset.checkBy;
}

if (isOffline) arrange(namesInAddress());
slides = [...document.querySelectorAll('.slide:not([hidden])')];
for (const hidden of document.querySelectorAll('#controls, #close-problem, #print, #keys, .moves')) hidden.hidden = false;
byId('full').hidden = !document.fullscreenEnabled || isNotes;
byId('open-notes').hidden = isNotes;
if (isNotes) {
  document.querySelectorAll('.speaker').forEach((notes) => { notes.open = true; });
  send({ kind: 'hello' });
}
root.classList.add('showing');
root.classList.toggle('notes', isNotes);
if (!goToAddress()) show();
addEventListener('hashchange', goToAddress);
setInterval(() => {
  showTime();
  if (isNotes) send({ kind: 'hello' }); // the other window forgets this one if it is loaded again
}, 1000);
