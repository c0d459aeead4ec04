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
  '.cm-line': { padding: '0' },
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
    marginLeft: '0',
    marginRight: '-2px',
  },
  '.cm-ySelectionCaretDot, .cm-ySelectionCaret:hover > .cm-ySelectionCaretDot': {
    top: '-3px',
    left: '-4px',
    width: '6px',
    height: '6px',
    transform: 'none',
  },
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

const field = {
  minHeight: '36px',
  margin: '0',
  padding: '4px 10px',
  border: '1px solid var(--line-strong)',
  borderRadius: '8px',
  backgroundColor: 'var(--surface)',
  backgroundImage: 'none',
  color: 'inherit',
  fontSize: '0.875rem',
};

const finding = EditorView.theme({
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--ink)' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '6px',
    padding: '8px 56px 8px 12px',
    fontFamily: 'var(--font)',
  },
  '.cm-panel.cm-search .cm-textfield': { ...field, flex: '1 1 180px', minWidth: '0' },
  // Too wide to stand beside what finds: replacing has a line of its own.
  '.cm-panel.cm-search [name=replace].cm-textfield': { flexBasis: '60%' },
  '.cm-panel.cm-search .cm-button': {
    ...field,
    borderColor: 'var(--line)',
    backgroundColor: 'var(--raised)',
  },
  '.cm-panel.cm-search .cm-button:hover': { backgroundColor: 'var(--hover)' },
  '.cm-panel.cm-search .cm-button:active': { backgroundImage: 'none' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    minHeight: '36px',
    margin: '0 6px 0 0',
    fontSize: '0.8125rem',
  },
  '.cm-panel.cm-search input[type=checkbox]': { margin: '0', accentColor: 'var(--accent)' },
  '.cm-panel.cm-search [name=close]': {
    top: '4px',
    right: '6px',
    width: '44px',
    height: '44px',
    borderRadius: '10px',
    color: 'var(--ink-soft)',
    fontSize: '1.25rem',
  },
  // A finger needs more room than a mouse, and Safari on phones zooms into fields with smaller letters.
  '@media (pointer: coarse)': {
    '.cm-panel.cm-search :is(.cm-textfield, .cm-button)': {
      minWidth: 'var(--touch)',
      minHeight: 'var(--touch)',
      fontSize: '1rem',
    },
    '.cm-panel.cm-search label': { minHeight: 'var(--touch)' },
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

export const editorTheme: Extension = [look, finding, syntaxHighlighting(syntax)];
