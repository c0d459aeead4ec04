// Not a module and not bundled: it must finish before the first paint, and the
// content security policy forbids writing it into the page.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('chatter.theme');
  } catch {
    // Storage can be switched off; the system theme is then the only choice.
  }
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
})();
