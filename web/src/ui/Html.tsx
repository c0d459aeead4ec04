import DOMPurify from 'dompurify';
import { memo, useLayoutEffect, useRef } from 'react';
import { type Chip, cutMentions, type Piece } from '../store/mentions';

/** The server sanitises; this is the second lock on the same door. */
const ALLOWED_TAGS = ['a', 'em', 'strong', 'code', 'pre', 'br', 'p', 'ul', 'ol', 'li', 'blockquote', 'del'];
const ALLOWED_ATTR = ['href', 'title', 'rel', 'target', 'start'];
const NONE: Chip[] = [];

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  // A block of code comes as one element with line breaks in it: those of a line have none.
  if (node.tagName === 'CODE' && node.querySelector('br') !== null) node.setAttribute('class', 'code-block');
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

interface Props {
  html: string;
  /** Names that are set off where they are mentioned; the same list as long as they are the same. */
  chips?: Chip[];
}

export const Html = memo(function Html({ html, chips = NONE }: Props) {
  const purified = DOMPurify.sanitize(html, { ALLOWED_TAGS, ALLOWED_ATTR });
  const clean = chips.length === 0 ? purified : withChips(purified, chips);
  // One plain paragraph comes without <p>; its line breaks then have to be kept by the style.
  const box = useRef<HTMLDivElement>(null);
  // A style within the HTML would be one that the page's policy forbids.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marks are in the HTML
  useLayoutEffect(() => {
    for (const mark of box.current?.querySelectorAll<HTMLElement>('.mention[data-colour]') ?? []) {
      mark.style.setProperty('--role', mark.dataset.colour ?? '');
    }
  }, [clean]);
  const inline = !/<(p|ul|ol|pre|blockquote)[ >]/.test(clean);
  return (
    <div
      ref={box}
      className={inline ? 'prose prose-inline' : 'prose'}
      dir="auto"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised on the line above, and by the server before
      dangerouslySetInnerHTML={{ __html: clean }}
    />
  );
});

/** Made of what is clean, and of text: nothing new can come in with a name. */
function withChips(clean: string, chips: Chip[]): string {
  const body = new DOMParser().parseFromString(clean, 'text/html').body;
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const node of texts) {
    if (node.parentElement?.closest('code, pre')) continue;
    const pieces = cutMentions(node.data, chips);
    if (pieces.some(({ chip }) => chip !== null)) node.replaceWith(...pieces.map(drawn));
  }
  return body.innerHTML;
}

function drawn({ text, chip }: Piece): Node {
  if (chip === null) return document.createTextNode(text);
  const mark = document.createElement('span');
  mark.className = 'mention';
  mark.textContent = text;
  if (chip.colour !== null) mark.dataset.colour = chip.colour;
  return mark;
}
