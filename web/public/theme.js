// Not a module and not bundled: it must finish before the first paint, and the
// content security policy forbids writing it into the page.
(() => {
  const { dataset } = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(`chatter.${name}`);
    } catch {
      // Storage can be switched off; what the system says is then the only choice.
      return null;
    }
  };
  const theme = kept('theme');
  if (theme === 'light' || theme === 'dark') dataset.theme = theme;
  if (kept('contrast') === 'more' || matchMedia('(prefers-contrast: more)').matches)
    dataset.contrast = 'more';
  if (kept('density') === 'compact') dataset.density = 'compact';
})();
