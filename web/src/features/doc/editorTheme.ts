/** The look of the text, from the variables of the style sheets: one theme for light and dark. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)', fontSize: '1rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '1.65', overscrollBehavior: 'contain' },
  '.cm-content': {
    // Wide screens keep a readable measure, and the first line leaves room for a name above it.
    padding: '28px max(20px, calc(50% - 24rem)) 40vh',
    caretColor: 'var(--accent-strong)',
  },
  // Every line in the direction of its own text.
  '.cm-line': { padding: '0', unicodeBidi: 'plaintext' },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-selectionMatch, .cm-searchMatch': {
    backgroundColor: 'var(--mention)',
    outline: '1px solid var(--mention-line)',
  },
  '.cm-searchMatch-selected': {
    backgroundColor: 'var(--warn-soft)',
    outline: '2px solid var(--mention-line)',
  },
  '.cm-specialChar': { color: 'var(--danger)' },
  '.cm-dropCursor': { borderLeft: '2px solid var(--accent-strong)' },

  '.cm-ySelectionCaret': {
    borderLeftWidth: '2px',
    borderRight: 'none',
    marginRight: '-2px',
    marginLeft: '0',
  },
  '.cm-ySelectionCaretDot': { display: 'none' },
  '.cm-ySelectionInfo, .cm-ySelectionCaret:hover > .cm-ySelectionInfo': {
    top: '-1.35em',
    left: '-2px',
    padding: '0 5px',
    borderRadius: '4px 4px 4px 0',
    color: '#fff',
    fontFamily: 'var(--font)',
    fontSize: '0.6875rem',
    fontWeight: '600',
    lineHeight: '1.35',
    opacity: '1',
    // It must not catch the click that is meant for the text under it.
    pointerEvents: 'none',
    zIndex: '5',
  },
});

const syntax = HighlightStyle.define([
  { tag: tags.heading1, fontSize: '1.625em', fontWeight: '700', lineHeight: '1.3', letterSpacing: '-0.02em' },
  { tag: tags.heading2, fontSize: '1.3125em', fontWeight: '700', letterSpacing: '-0.015em' },
  { tag: tags.heading3, fontSize: '1.125em', fontWeight: '700' },
  { tag: [tags.heading4, tags.heading5, tags.heading6], fontWeight: '700' },
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.link, tags.url], color: 'var(--accent-ink)' },
  { tag: tags.quote, color: 'var(--ink-soft)' },
  { tag: tags.monospace, fontFamily: 'var(--mono)', fontSize: '0.9em' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], color: 'var(--ink-faint)' },
]);

export const editorTheme: Extension = [look, syntaxHighlighting(syntax)];
