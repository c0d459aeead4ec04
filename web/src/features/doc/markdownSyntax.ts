/** Markdown for CodeMirror. */

import { markdownKeymap, markdownLanguage, pasteURLAsLink } from '@codemirror/lang-markdown';
import { Language } from '@codemirror/language';
import { type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import type { MarkdownConfig, MarkdownParser } from '@lezer/markdown';

const LONGEST_LINE = 10_000;
const LONGEST_PARAGRAPH = 10_000;

/**
 * A paragraph is parsed anew at every key; one of a megabyte - a log that was pasted, data without line ends - would
 * make typing slow. Too long a line is taken as it is, too long a paragraph is taken as several.
 */
const boundedParagraphs: MarkdownConfig = {
  defineNodes: [{ name: 'LongLine', block: true }],
  parseBlock: [
    {
      name: 'LongLine',
      before: 'LinkReference',
      parse(context, line) {
        if (line.text.length <= LONGEST_LINE) return false;
        const from = context.lineStart + line.pos;
        context.addElement(context.elt('LongLine', from, context.lineStart + line.text.length));
        context.nextLine();
        return true;
      },
      endLeaf: (_context, line, leaf) =>
        line.text.length > LONGEST_LINE || leaf.content.length > LONGEST_PARAGRAPH,
    },
  ],
};

const parser = (markdownLanguage.parser as MarkdownParser).configure(boundedParagraphs);

/** Not `markdown()`: it brings the parsers of HTML, CSS and JavaScript, as large as all the rest of the editor. */
export const markdownSyntax: Extension = [
  new Language(markdownLanguage.data, parser, [], 'markdown'),
  Prec.high(keymap.of(markdownKeymap)),
  pasteURLAsLink,
];
