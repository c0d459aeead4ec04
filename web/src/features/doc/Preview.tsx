import DOMPurify from 'dompurify';
import { memo, useDeferredValue, useLayoutEffect, useMemo, useRef } from 'react';
import type { DocSession } from '../../doc-sync/session';
import { words } from '../../messages/editor';
import type { Piece as Shown } from './markdown';
import { PreviewPane } from './previewPane';
import type { Together } from './together';
import { usePreview } from './usePreview';

export { loadWorker } from './usePreview';

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
  'data-line',
];

const purify = DOMPurify(window);

purify.addHook('uponSanitizeAttribute', (_node, data) => {
  const { attrName: name, attrValue: value } = data;
  // The few that Markdown makes: alignment in tables, jumps to footnotes and back.
  if (name === 'style') data.keepAttr = /^text-align:(left|center|right)$/.test(value);
  if (name === 'id') data.keepAttr = /^fn(ref)?\d+(:\d+)?$/.test(value);
  if (name === 'data-line') data.keepAttr = /^\d+$/.test(value);
  if (name === 'class') data.keepAttr = value === 'task';
});
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A' || node.getAttribute('href')?.startsWith('#fn')) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

interface Props {
  session: DocSession;
  together: Together;
}

const NONE: Shown[] = [];

/** The text as it will look. Pieces that have not changed are not touched. */
export default function Preview({ session, together }: Props) {
  const { pieces, failed } = usePreview(session.text);
  // A long text is drawn in slices, between which one can type.
  const shown = useDeferredValue(pieces);
  const keyed = useMemo(() => withKeys(shown ?? NONE), [shown]);
  const frame = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const pane = useRef<PreviewPane>(null);

  useLayoutEffect(() => {
    if (frame.current === null || content.current === null) return;
    pane.current = new PreviewPane(frame.current, content.current);
    return together.join(pane.current);
  }, [together]);

  // Before anybody looks at sizes, and the first time after the effect above.
  useLayoutEffect(() => {
    if (pane.current !== null) pane.current.pieces = shown ?? NONE;
  }, [shown]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse
    <section ref={frame} className="preview" aria-label={words.preview.label} tabIndex={0}>
      {failed ? <p className="hint">{words.preview.failed}</p> : null}
      {shown?.length === 0 ? <p className="hint">{words.preview.empty}</p> : null}
      <div ref={content}>
        {keyed.map(([key, html]) => (
          <Piece key={key} html={html} />
        ))}
      </div>
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
function withKeys(pieces: Shown[]): [string, string][] {
  const seen = new Map<string, number>();
  return pieces.map(({ html }) => {
    const times = seen.get(html) ?? 0;
    seen.set(html, times + 1);
    return [times === 0 ? html : `${times} ${html}`, html];
  });
}
