/** CodeMirror on the text of a session. */

import {
  cursorSyntaxLeft,
  cursorSyntaxRight,
  defaultKeymap,
  toggleBlockComment,
  toggleComment,
} from '@codemirror/commands';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { dropCursor, EditorView, highlightSpecialChars, keymap, placeholder } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import * as Y from 'yjs';
import { MOST_HELD_BYTES } from '../../doc-sync/limit';
import type { DocSession } from '../../doc-sync/session';
import { words } from '../../messages/editor';
import { byteLimit } from './byteLimit';
import { coarse } from './coarse';
import { editorTheme } from './editorTheme';
import { toggleBold, toggleItalic } from './formatting';
import { lineDirection } from './lineDirection';
import { markdownSyntax } from './markdownSyntax';

/** Keys that are the browser's or the client's own everywhere else. */
const NOT_OURS = new Set<unknown>([toggleComment, toggleBlockComment, cursorSyntaxLeft, cursorSyntaxRight]);

/** Of one change. The server keeps a history of 200,000 pieces for a document. */
const MOST_PARTS = 1000;

/** That can be undone, on a day on which nobody closes the page. */
const MOST_STEPS = 1000;

const keys = keymap.of([
  { key: 'Mod-b', run: toggleBold, preventDefault: true },
  { key: 'Mod-i', run: toggleItalic, preventDefault: true },
  ...searchKeymap,
  ...defaultKeymap.filter(({ run }) => !NOT_OURS.has(run)),
]);

export interface EditorOptions {
  session: DocSession;
  label: string;
  writable: boolean;
  /** Something was not put in because there is no room for it. */
  onFull: () => void;
}

export class TextEditor {
  readonly view: EditorView;
  readonly #undo: Y.UndoManager;
  readonly #access = new Compartment();

  constructor(parent: HTMLElement, { session, label, writable, onFull }: EditorOptions) {
    // Of everything that happens to the text, only what is done in this view is undone.
    this.#undo = new Y.UndoManager(session.text, { trackedOrigins: new Set() });
    this.#undo.on('stack-item-added', () => {
      const { undoStack } = this.#undo;
      if (undoStack.length > MOST_STEPS) undoStack.splice(0, undoStack.length - MOST_STEPS);
    });
    this.view = new EditorView({
      parent,
      doc: session.text.toString(),
      extensions: [
        this.#access.of(access(label, writable)),
        Prec.high(keys),
        // A lone carriage return of somebody else's is a character, or places would shift against theirs.
        EditorState.lineSeparator.of('\n'),
        EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
        EditorState.phrases.of(words.phrases),
        EditorView.lineWrapping,
        lineDirection,
        highlightSpecialChars(),
        dropCursor(),
        search({ top: true }),
        markdownSyntax,
        editorTheme,
        coarse(MOST_PARTS),
        byteLimit(MOST_HELD_BYTES, onFull),
        yCollab(session.text, session.presence.awareness, { undoManager: this.#undo }),
      ],
    });
  }

  allow(label: string, writable: boolean): void {
    this.view.dispatch({ effects: this.#access.reconfigure(access(label, writable)) });
  }

  undo(): void {
    this.#undo.undo();
  }

  redo(): void {
    this.#undo.redo();
  }

  destroy(): void {
    this.view.destroy();
    this.#undo.destroy();
  }
}

function access(label: string, writable: boolean): Extension {
  const attributes = {
    'aria-label': label,
    spellcheck: 'true',
    autocorrect: 'on',
    autocapitalize: 'sentences',
  };
  if (writable) {
    return [
      // Undoing works on the shared text itself, past what "read only" forbids.
      keymap.of(yUndoManagerKeymap),
      EditorView.contentAttributes.of(attributes),
      placeholder(words.placeholder),
    ];
  }
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    // Without this nobody reaches it by keyboard, to scroll and to search.
    EditorView.contentAttributes.of({ ...attributes, tabindex: '0', 'aria-readonly': 'true' }),
    placeholder(words.nothingYet),
  ];
}
