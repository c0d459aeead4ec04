import DOMPurify from 'dompurify';
import { memo, useDeferredValue, useMemo } from 'react';
import type { DocSession } from '../../doc-sync/session';
import { words } from '../../messages/editor';
import { usePreview } from './usePreview';

/** Like the server's own page of a document, and nothing that could act. */
const ALLOWED_TAGS = [
  ...[
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'p',
    'br',
    'hr',
    'blockquote',
    'pre',
    'code',
    'ul',
    'ol',
    'li',
    'section',
  ],
  ...['em', 'strong', 's', 'sup', 'a', 'img', 'input', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const ALLOWED_ATTR = [
  'href',
  'title',
  'src',
  'alt',
  'id',
  'start',
  'style',
  'type',
  'checked',
  'disabled',
  'class',
];

const purify = DOMPurify(window);

purify.addHook('uponSanitizeAttribute', (_node, data) => {
  const { attrName: name, attrValue: value } = data;
  // The few that Markdown makes: alignment in tables, jumps to footnotes and back.
  if (name === 'style') data.keepAttr = /^text-align:(left|center|right)$/.test(value);
  if (name === 'id') data.keepAttr = /^fn(ref)?\d+(:\d+)?$/.test(value);
  if (name === 'class') data.keepAttr = value === 'task';
});
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A' || node.getAttribute('href')?.startsWith('#fn')) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

interface Props {
  session: DocSession;
}

/** The text as it will look. Pieces that have not changed are not touched. */
export default function Preview({ session }: Props) {
  const { pieces, failed } = usePreview(session.text);
  // A long text is drawn in slices, between which one can type.
  const shown = useDeferredValue(pieces);
  const keyed = useMemo(() => withKeys(shown ?? []), [shown]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse
    <section className="preview" aria-label={words.preview.label} tabIndex={0}>
      {failed ? <p className="hint">{words.preview.failed}</p> : null}
      {shown?.length === 0 ? <p className="hint">{words.preview.empty}</p> : null}
      {keyed.map(([key, html]) => (
        <Piece key={key} html={html} />
      ))}
    </section>
  );
}

/** Laying out a single paragraph or list of a megabyte takes seconds, in which nobody can type. */
const LONGEST_PIECE = 100_000;

const Piece = memo(function Piece({ html }: { html: string }) {
  if (html.length > LONGEST_PIECE) return <p className="preview-piece hint">{words.preview.tooLong}</p>;
  const clean = purify.sanitize(html, { ALLOWED_TAGS, ALLOWED_ATTR });
  return (
    <div
      className="preview-piece"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised on the line above
      dangerouslySetInnerHTML={{ __html: clean }}
    />
  );
});

/** A piece is known by what it is, so that one put in above moves the others instead of remaking them. */
function withKeys(pieces: string[]): [string, string][] {
  const seen = new Map<string, number>();
  return pieces.map((html) => {
    const times = seen.get(html) ?? 0;
    seen.set(html, times + 1);
    return [times === 0 ? html : `${times} ${html}`, html];
  });
}
