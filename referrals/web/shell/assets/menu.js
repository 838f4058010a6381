// Menu: the current page and section, the menu button, and the links to the page's other versions.

function markMenu(path) {
  for (const link of document.querySelectorAll('#vr-nav a')) {
    const isCurrent = link.pathname === path;
    link.toggleAttribute('aria-current', isCurrent);
    if (isCurrent) link.setAttribute('aria-current', 'page');
  }
  const groups = [...document.querySelectorAll('.vr-group')];
  const sections = document.querySelectorAll('.vr-sections a');
  groups.forEach((group, number) => {
    const isCurrent = Boolean(group.querySelector('[aria-current]'));
    group.toggleAttribute('data-current', isCurrent);
    sections[number].toggleAttribute('aria-current', isCurrent);
    if (isCurrent) sections[number].setAttribute('aria-current', 'true');
  });
  updateVersions();
  openMenu(false);
}

// Links to the current page in the low-data version and other languages, for the release it shows.
function updateVersions() {
  updateLanguages();
  const release = new URLSearchParams(location.search).get('release');
  for (const link of document.querySelectorAll('.vr-versions a')) {
    const pages = JSON.parse(link.dataset.vrPages);
    const address = pages[`${location.pathname}?release=${release}`] ?? pages[location.pathname];
    link.hidden = !address;
    if (address) link.href = address;
  }
}

function openMenu(isOpen) {
  const button = document.querySelector('.vr-menu');
  button?.setAttribute('aria-expanded', String(isOpen));
  byId('vr-nav')?.toggleAttribute('data-open', isOpen);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.vr-menu');
  if (button) openMenu(button.getAttribute('aria-expanded') !== 'true');
});
document.addEventListener('keydown', (event) => {
  const button = document.querySelector('.vr-menu[aria-expanded="true"]');
  if (event.key === 'Escape' && button) {
    openMenu(false);
    button.focus();
  }
});
