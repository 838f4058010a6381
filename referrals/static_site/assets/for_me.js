// "What happens to my details": hide what the page is, read it aloud, print the card. Follows exit.js in one function
// scope. Each control is hidden until this script knows that it works here.

const button = byId('discreet');
const ownTitle = document.title;

// Without this script, Back returns here and Shift does nothing.
byId('vr-exit-about').textContent = messages.leave_about;

const tell = (text) => { byId('tools-status').textContent = text; };

// Hiding: a neutral title, no new entries in the history, and nothing of this site left in the browser's stores.

const isDiscreet = () => button.getAttribute('aria-pressed') === 'true';

async function clearStores() {
  for (const store of ['localStorage', 'sessionStorage']) {
    try { window[store].clear(); } catch { /* storage is switched off: nothing to clear */ }
  }
  try {
    for (const name of await caches.keys()) await caches.delete(name);
  } catch { /* no caches here, as in a page opened from a file */ }
}

async function setDiscreet(isOn) {
  button.setAttribute('aria-pressed', String(isOn));
  button.textContent = isOn ? messages.discreet_off : messages.discreet;
  root.classList.toggle('discreet', isOn);
  document.title = isOn ? messages.discreet_title : ownTitle;
  document.querySelector('link[rel=icon]').href = 'data:,';
  if (!isOn) {
    tell(messages.discreet_ended);
    return;
  }
  history.replaceState(null, '', location.pathname + location.search);
  await clearStores();
  tell(messages.discreet_on);
}

function goTo(place) {
  if (!place) return;
  place.closest('details:not([open])')?.setAttribute('open', '');
  place.scrollIntoView();
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  const isOurs = link && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!isOurs || !isDiscreet() || !/^(?:https?|file):$/.test(link.protocol)) return;
  event.preventDefault();
  const isHere = link.pathname === location.pathname && link.origin === location.origin;
  if (isHere && link.hash) goTo(byId(decodeURIComponent(link.hash.slice(1))));
  else location.replace(link.href);
});

button.addEventListener('click', () => setDiscreet(!isDiscreet()));
button.hidden = false;

// The card alone, without the page.

const printButton = byId('print-card');
printButton.addEventListener('click', () => {
  root.classList.add('card-alone');
  print();
});
addEventListener('afterprint', () => root.classList.remove('card-alone'));
printButton.hidden = false;

// Reading aloud, by a voice on this device alone: another would send the words to a server.

const speech = window.speechSynthesis;
let reading = null; // the button of the section that is being read

function localVoice() {
  const language = root.lang.split('-')[0];
  return speech.getVoices().find((voice) => voice.localService && voice.lang.split(/[-_]/)[0] === language);
}

function spoken(heading) {
  const texts = [heading.firstChild.textContent];
  for (let next = heading.nextElementSibling; next && next.tagName !== 'H2'; next = next.nextElementSibling) {
    const parts = next.matches('p, h3') ? [next] : next.querySelectorAll('p, h3, li');
    for (const part of parts) {
      const copy = part.cloneNode(true);
      copy.querySelectorAll('cite, button, svg').forEach((hidden) => hidden.remove());
      const text = copy.textContent.replace(/ ?\([^()]*\)/g, '').trim(); // without sources in brackets
      if (text && !part.querySelector('p, li')) texts.push(text);
    }
  }
  return texts;
}

function show(listenButton, isReading) {
  listenButton.firstChild.textContent = isReading ? messages.stop : messages.listen;
}

function stop() {
  speech.cancel();
  if (reading) show(reading, false);
  reading = null;
}

function read(listenButton, heading) {
  stop();
  const voice = localVoice();
  if (!voice) return;
  reading = listenButton;
  show(listenButton, true);
  const utterances = spoken(heading).map((text) => new SpeechSynthesisUtterance(text));
  for (const utterance of utterances) {
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.onerror = () => { if (reading === listenButton) stop(); };
    speech.speak(utterance);
  }
  utterances.at(-1).onend = () => { if (reading === listenButton) stop(); };
}

function addListenButtons() {
  if (document.querySelector('.listen') || !localVoice()) return;
  for (const heading of document.querySelectorAll('main h2')) {
    const listenButton = document.createElement('button');
    listenButton.type = 'button';
    listenButton.className = 'listen';
    listenButton.append(messages.listen);
    listenButton.setAttribute('aria-describedby', heading.id);
    listenButton.addEventListener('click', () => {
      if (reading === listenButton) stop();
      else read(listenButton, heading);
    });
    heading.after(listenButton);
  }
}

if (speech) {
  addListenButtons();
  speech.addEventListener?.('voiceschanged', addListenButtons);
  addEventListener('pagehide', stop);
}
