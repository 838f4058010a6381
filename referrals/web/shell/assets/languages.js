// Languages: the picker keeps the page and the choices, and the language that the browser asks for is offered.

const languageLinks = () => [...document.querySelectorAll('.vr-languages a')];
const hereWithoutLanguage = () => `/${location.pathname.slice(base.length)}${location.search}`;

function updateLanguages() {
  for (const link of languageLinks()) {
    const start = link.lang.startsWith('en') ? '' : `/${link.lang}`;
    link.href = start + hereWithoutLanguage();
  }
}

// The first language that the browser asks for and the site has.
function preferredLink() {
  const names = (navigator.languages ?? []).map((tag) => tag.split('-')[0]);
  const links = languageLinks();
  const found = names.map((name) => links.find((link) => link.lang.split('-')[0] === name));
  return found.find(Boolean);
}

function offerLanguage() {
  const link = preferredLink();
  if (!link?.dataset.offer) return; // none, or the language of this page
  const offer = document.createElement('aside'); // a part of the page for those who jump between parts
  offer.ariaLabel = link.textContent;
  offer.lang = link.lang;
  offer.className = 'vr-offer';
  offer.dir = 'auto';
  const copy = link.cloneNode();
  copy.textContent = link.dataset.offer;
  offer.append(copy);
  document.querySelector('.vr-bar')?.after(offer);
}

function closeLanguages(event) {
  const list = document.querySelector('.vr-languages[open]');
  const isEscape = event.key === 'Escape';
  if (!list || (event.type === 'keydown' ? !isEscape : list.contains(event.target))) return;
  list.open = false;
  if (isEscape) list.querySelector('summary').focus();
}
document.addEventListener('click', closeLanguages);
document.addEventListener('keydown', closeLanguages);

document.addEventListener('readystatechange', () => {
  if (document.readyState !== 'interactive') return;
  updateLanguages();
  offerLanguage();
});
