import { text } from '../messages';

/** Scripts have a clipboard only on pages that came over TLS; a server at home often has none. */
export async function writeClipboard(content: string): Promise<void> {
  // Missing there, whatever its type says.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard !== undefined) await clipboard.writeText(content);
  else if (!copySelection(content)) throw new Error(text.errors.clipboard);
}

/** The old way: what is selected, in an element made for it. */
function copySelection(content: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = content;
  area.className = 'visually-hidden';
  // Under an open dialog nothing can be selected.
  (before?.closest('dialog') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
