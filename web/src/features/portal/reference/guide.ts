/** The project's documents for developers as HTML, which still has to be sanitised. Pure. */

import MarkdownIt, { type Token } from 'markdown-it';

export interface Guide {
  html: string;
  /** Its chapters, which are the headings of the second level. */
  chapters: { id: string; title: string }[];
}

/** What a document calls this installation. */
const EXAMPLE_ORIGIN = 'https://chat.example';
/** Files beside a document that are served; others are for operators, and are not. */
const served: Record<string, string> = {
  'openapi.json': '/api/openapi.json',
  'apps.md': '/developers/docs',
};

const markdown = new MarkdownIt();

/** `origin` is where this installation is, so that examples work as they stand. */
export function toGuide(source: string, origin: string): Guide {
  const env = {};
  const tokens = markdown.parse(source.replaceAll(EXAMPLE_ORIGIN, origin), env);
  const chapters: Guide['chapters'] = [];
  tokens.forEach((token, index) => {
    if (token.type === 'inline') relink(token);
    if (token.type !== 'heading_open') return;
    const title = titleOf(tokens[index + 1]);
    const id = anchorOf(title);
    token.attrSet('id', id);
    if (token.tag === 'h2') chapters.push({ id, title });
  });
  return { html: markdown.renderer.render(tokens, markdown.options, env), chapters };
}

/** As in the address of a chapter: `What all have in common` is `what-all-have-in-common`. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function titleOf(inline: Token | undefined): string {
  return (inline?.children ?? []).map(({ content }) => content).join('');
}

/** Links between files of the project lead to where the client has them, or nowhere. */
function relink({ children }: Token): void {
  let dropped = false;
  for (const token of children ?? []) {
    if (token.type === 'link_open') {
      const href = String(token.attrGet('href') ?? '');
      const target = /^(https:|#)/.test(href) ? href : served[href];
      dropped = target === undefined;
      if (target !== undefined) token.attrSet('href', target);
    }
    if (dropped && (token.type === 'link_open' || token.type === 'link_close')) token.hidden = true;
    if (token.type === 'link_close') dropped = false;
  }
  for (const token of children ?? []) {
    if (token.hidden) {
      token.type = 'text';
      token.content = '';
    }
  }
}
