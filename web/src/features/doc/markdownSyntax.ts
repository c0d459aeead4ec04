/** Markdown for CodeMirror. */

import { markdownKeymap, markdownLanguage, pasteURLAsLink } from '@codemirror/lang-markdown';
import { Language } from '@codemirror/language';
import { type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import type { MarkdownConfig, MarkdownParser } from '@lezer/markdown';

const LONGEST_PARAGRAPH = 10_000;

/** A paragraph is parsed anew at every key; one of a megabyte - a log that was pasted - would make typing slow. */
const boundedParagraphs: MarkdownConfig = {
  parseBlock: [
    { name: 'LongParagraph', endLeaf: (_context, _line, leaf) => leaf.content.length > LONGEST_PARAGRAPH },
  ],
};

const parser = (markdownLanguage.parser as MarkdownParser).configure(boundedParagraphs);

/** Not `markdown()`: it brings the parsers of HTML, CSS and JavaScript, as large as all the rest of the editor. */
export const markdownSyntax: Extension = [
  new Language(markdownLanguage.data, parser, [], 'markdown'),
  Prec.high(keymap.of(markdownKeymap)),
  pasteURLAsLink,
];
