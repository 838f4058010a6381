// Copy and print: the buttons that copy a text, and a print-out with everything open.

const BUTTON_RESET_AFTER = 5000; // milliseconds

async function copy(button) {
  const text = button.parentElement.previousElementSibling;
  // Selected, so that the reader's own keys can copy it if the browser does not allow us to.
  getSelection().selectAllChildren(text);
  let message = messages.copyByHand;
  try {
    await navigator.clipboard.writeText(text.textContent);
    message = messages.copied;
  } catch { /* no clipboard: the message on the button says what to do */ }
  button.textContent = message;
  byId('vr-status').textContent = message;
  setTimeout(() => { button.textContent = messages.copy; }, BUTTON_RESET_AFTER);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.copy-button');
  if (button) copy(button);
});

let openedForPrint = [];
addEventListener('beforeprint', () => {
  openedForPrint = [...document.querySelectorAll('details:not([open])')];
  openedForPrint.forEach((details) => { details.open = true; });
  const format = { day: 'numeric', month: 'long', year: 'numeric' };
  const date = new Date().toLocaleDateString(root.lang, format);
  const end = document.querySelector('.vr-print-end');
  if (end) {
    const values = { '{date}': date, '{address}': location.href };
    end.textContent = messages.printed.replace(/\{date\}|\{address\}/g, (name) => values[name]);
  }
});
addEventListener('afterprint', () => {
  openedForPrint.forEach((details) => { details.open = false; });
});
