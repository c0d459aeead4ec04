/**
 * Markdown to HTML, in pieces, so that a change redraws one of them. What comes
 * out still has to be sanitised. HTML in the text is shown as typed.
 */

import MarkdownIt, { type StateCore, type Token } from 'markdown-it';
import footnotes from 'markdown-it-footnote';

const markdown = new MarkdownIt({ linkify: true }).use(footnotes);

// "readme.md" is a file, not a site in Moldova.
markdown.linkify?.set({ fuzzyLink: false });
markdown.core.ruler.push('headings', lowerHeadings);
markdown.core.ruler.push('tasks', markTasks);
markdown.renderer.rules.task = (tokens, index) =>
  `<input type="checkbox" disabled${tokens[index]?.meta?.done ? ' checked' : ''}> `;
markdown.renderer.rules.image = (tokens, index) => picture(tokens[index] as Token);

const MOST_BLOCKS = 64;
const MOST_CHARACTERS = 20_000;
/** One block in so many begins a new piece. */
const USUAL_BLOCKS = 16;

/**
 * Which block begins a piece is decided by that block alone, so that one put in
 * or taken out leaves the pieces before and after it as they were.
 */
export function toPieces(source: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let blocks = 0;
  for (const block of toBlocks(source)) {
    const isFull = blocks === MOST_BLOCKS || piece.length + block.length > MOST_CHARACTERS;
    if (blocks > 0 && (isFull || hash(block) % USUAL_BLOCKS === 0)) {
      pieces.push(piece);
      piece = '';
      blocks = 0;
    }
    piece += block;
    blocks += 1;
  }
  if (blocks > 0) pieces.push(piece);
  return pieces;
}

function toBlocks(source: string): string[] {
  const env = {};
  const tokens = markdown.parse(source, env);
  const blocks: string[] = [];
  let depth = 0;
  let start = 0;
  tokens.forEach((token, index) => {
    depth += token.nesting;
    if (depth > 0) return;
    blocks.push(markdown.renderer.render(tokens.slice(start, index + 1), markdown.options, env));
    start = index + 1;
  });
  return blocks;
}

function hash(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1)
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) >>> 0;
  return sum;
}

/** The first level is the page's: its name. */
function lowerHeadings({ tokens }: StateCore): void {
  for (const token of tokens) {
    if (token.type === 'heading_open' || token.type === 'heading_close') {
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`;
    }
  }
}

/** "- [x] done" */
function markTasks({ tokens, Token }: StateCore): void {
  tokens.forEach((token, index) => {
    if (token.type !== 'inline' || tokens[index - 2]?.type !== 'list_item_open') return;
    const [first] = token.children ?? [];
    const [, mark] = /^\[([ xX])\] /.exec(first?.type === 'text' ? first.content : '') ?? [];
    if (first === undefined || mark === undefined) return;
    first.content = first.content.slice('[ ] '.length);
    const task = new Token('task', '', 0);
    task.meta = { done: mark !== ' ' };
    token.children?.unshift(task);
    tokens[index - 2]?.attrSet('class', 'task');
  });
}

/** Pictures of other sites would tell them who reads this; they are links here. */
function picture(token: Token): string {
  const { escapeHtml } = markdown.utils;
  const address = escapeHtml(String(token.attrGet('src') ?? ''));
  const alternative = escapeHtml(token.content);
  return /^\/(?!\/)/.test(address)
    ? `<img src="${address}" alt="${alternative}">`
    : `<a href="${address}">${alternative || address}</a>`;
}
