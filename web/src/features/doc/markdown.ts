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

/** A stretch of the text as HTML. Its elements say in `data-line` on which line of the piece their source begins. */
export interface Piece {
  html: string;
  /** The line of the text on which its source begins, from 0. */
  line: number;
  /** The line after its source. */
  end: number;
}

/**
 * Which block begins a piece is decided by that block alone, so that one put in
 * or taken out leaves the pieces before and after it as they were.
 */
export function toPieces(source: string): Piece[] {
  const env = {};
  const blocks = toBlocks(markdown.parse(source, env), source.split('\n'));
  const pieces: Piece[] = [];
  let gathered: Block[] = [];
  let length = 0;
  const close = () => {
    const [first] = gathered;
    const last = gathered.at(-1);
    if (first === undefined || last === undefined) return;
    const tokens = gathered.flatMap((block) => block.tokens);
    for (const token of tokens) markLine(token, first.line);
    const html = markdown.renderer.render(tokens, markdown.options, env);
    pieces.push({ html, line: first.line, end: last.end });
    gathered = [];
    length = 0;
  };
  for (const block of blocks) {
    const isFull = gathered.length === MOST_BLOCKS || length + block.source.length > MOST_CHARACTERS;
    if (isFull || hash(block.source) % USUAL_BLOCKS === 0) close();
    gathered.push(block);
    length += block.source.length;
  }
  close();
  return pieces;
}

interface Block {
  tokens: Token[];
  line: number;
  end: number;
  source: string;
}

function toBlocks(tokens: Token[], lines: string[]): Block[] {
  const blocks: Block[] = [];
  let depth = 0;
  let start = 0;
  tokens.forEach((token, index) => {
    depth += token.nesting;
    if (depth > 0) return;
    const own = tokens.slice(start, index + 1);
    // The footnotes stand at the end, wherever they are in the text.
    const isNotes = own[0]?.type === 'footnote_block_open';
    const [from, to] = (isNotes ? null : own[0]?.map) ?? [lines.length, lines.length];
    for (const one of isNotes ? own : []) one.map = null;
    blocks.push({ tokens: own, line: from, end: to, source: lines.slice(from, to).join('\n') });
    start = index + 1;
  });
  return blocks;
}

function markLine(token: Token, first: number): void {
  if (token.map !== null && token.nesting >= 0 && token.type !== 'inline')
    token.attrSet('data-line', String(token.map[0] - first));
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
