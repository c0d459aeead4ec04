import DOMPurify from 'dompurify';
import { memo } from 'react';

/** The server sanitises; this is the second lock on the same door. */
const ALLOWED_TAGS = ['a', 'em', 'strong', 'code', 'pre', 'br', 'p', 'ul', 'ol', 'li', 'blockquote', 'del'];
const ALLOWED_ATTR = ['href', 'title', 'rel', 'target', 'start'];

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  // A block of code comes as one element with line breaks in it: those of a line have none.
  if (node.tagName === 'CODE' && node.querySelector('br') !== null) node.setAttribute('class', 'code-block');
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

export const Html = memo(function Html({ html }: { html: string }) {
  const clean = DOMPurify.sanitize(html, { ALLOWED_TAGS, ALLOWED_ATTR });
  // One plain paragraph comes without <p>; its line breaks then have to be kept by the style.
  const inline = !/<(p|ul|ol|pre|blockquote)[ >]/.test(clean);
  return (
    <div
      className={inline ? 'prose prose-inline' : 'prose'}
      dir="auto"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised on the line above, and by the server before
      dangerouslySetInnerHTML={{ __html: clean }}
    />
  );
});
