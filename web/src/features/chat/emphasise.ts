/** Bold and italic in the box one writes in. */

interface Span {
  from: number;
  to: number;
}

/** What a selection becomes, and what is selected then: put between marks, or taken out of them. Pure. */
export function emphasised(
  source: string,
  { from, to }: Span,
  mark: string,
): Span & { words: string; selected: Span } {
  const words = source.slice(from, to);
  const before = source.slice(0, from);
  const after = source.slice(to);
  // One of two stars is no mark of its own.
  const marked =
    before.endsWith(mark) && after.startsWith(mark) && !(mark === '*' && stars(before) % 2 === 0);
  if (marked) {
    const start = from - mark.length;
    return { from: start, to: to + mark.length, words, selected: { from: start, to: start + words.length } };
  }
  const start = from + mark.length;
  return { from, to, words: mark + words + mark, selected: { from: start, to: start + words.length } };
}

const stars = (text: string) => /\**$/.exec(text)?.[0].length ?? 0;

export function emphasise(area: HTMLTextAreaElement, mark: string): void {
  const { selectionStart, selectionEnd, value } = area;
  const change = emphasised(value, { from: selectionStart, to: selectionEnd }, mark);
  area.setSelectionRange(change.from, change.to);
  // The only way by which it can be undone like typing.
  document.execCommand('insertText', false, change.words);
  area.setSelectionRange(change.selected.from, change.selected.to);
}
