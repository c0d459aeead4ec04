/** The Markdown of cards to HTML, which still has to be sanitised. HTML in it is shown as typed. */

import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt('default', { linkify: true, breaks: true }).disable([
  // Cards have titles of their own, and pictures of other sites are not loaded.
  'heading',
  'lheading',
  'hr',
  'table',
  'image',
]);

// "deploy.sh" is a file, not a site.
markdown.linkify?.set({ fuzzyLink: false });

export function cardToHtml(source: string): string {
  return markdown.render(source);
}
