import createDOMPurify from 'dompurify';
import { useEffect, useMemo, useRef } from 'react';
import { words as all } from '../../../messages/portalDocs';
import { inPortal, navigate } from '../../../router';
import { Icon } from '../../../ui/Icon';
import '../../../ui/styles/guide.css';
import { toGuide } from './guide';

const words = all.docs;

/** Of its own: that of messages opens every link in another tab. */
const purifier = createDOMPurify(window);
const ALLOWED_TAGS = [
  ...['h1', 'h2', 'h3', 'p', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 'a', 'blockquote', 'br', 'hr'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const ALLOWED_ATTR = ['href', 'id', 'start'];

interface Props {
  source: string;
  /** The API's own description is offered beside it. */
  reference?: boolean;
}

/** One of the project's documents, in its place. */
export function GuidePage({ source, reference = false }: Props) {
  const article = useRef<HTMLElement>(null);
  const guide = useMemo(() => toGuide(source, window.location.origin), [source]);
  const html = useMemo(() => purifier.sanitize(guide.html, { ALLOWED_TAGS, ALLOWED_ATTR }), [guide]);

  // A link to another page of the portal stays in the client.
  useEffect(() => {
    const stay = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const path = link?.getAttribute('href') ?? '';
      if (!inPortal(path) || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      navigate(path);
    };
    const shown = article.current;
    shown?.addEventListener('click', stay);
    return () => shown?.removeEventListener('click', stay);
  }, []);

  // The browser looks for the chapter of an address before it is here.
  useEffect(() => {
    const chapter = decodeURIComponent(window.location.hash.slice(1));
    if (chapter !== '') document.getElementById(chapter)?.scrollIntoView();
  }, []);

  return (
    <>
      {guide.chapters.length > 1 ? (
        <nav className="guide-contents" aria-label={words.contents}>
          {guide.chapters.map(({ id, title }) => (
            <a key={id} href={`#${id}`}>
              {title}
            </a>
          ))}
        </nav>
      ) : null}
      {reference ? (
        <p className="portal-links">
          <a href="/api/openapi.json" download="chatter-openapi.json">
            <Icon name="download" size={18} />
            {words.openapi}
          </a>
          <a href="/api/docs/" target="_blank" rel="noopener">
            <Icon name="code" size={18} />
            {words.explorer}
          </a>
        </p>
      ) : null}
      <article
        ref={article}
        className="card guide"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: the project's own document, sanitised on the line above
        dangerouslySetInnerHTML={{ __html: html }}
      />
    </>
  );
}
