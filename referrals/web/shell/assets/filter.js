// Filter: a box that leaves only the sections of a page that contain what is typed. Nothing is sent.

function sectionsBelow(box) {
  const found = [];
  for (let node = box.nextElementSibling; node; node = node.nextElementSibling) {
    if (node.tagName === 'H2') found.push([]);
    found.at(-1)?.push(node);
  }
  return found;
}

document.addEventListener('input', (event) => {
  if (event.target.id !== 'section-filter') return;
  const box = event.target.closest('.section-filter');
  const typed = event.target.value.trim().toLowerCase();
  let shown = 0;
  for (const section of sectionsBelow(box)) {
    const isFound = section.some((node) => node.textContent.toLowerCase().includes(typed));
    section.forEach((node) => { node.hidden = !isFound; });
    shown += isFound;
  }
  const status = box.querySelector('[role=status]');
  status.textContent = shown ? '' : status.dataset.empty;
});
