import { openSearchPanel } from '@codemirror/search';
import type { StateCommand } from '@codemirror/state';
import type { KeyboardEvent } from 'react';
import { words } from '../../messages/editor';
import { Icon, type IconName } from '../../ui/Icon';
import type { TextEditor } from './editorView';
import { cycleHeading, insertLink, toggleBold, toggleItalic, toggleList } from './formatting';

interface Tool {
  icon: IconName;
  label: string;
  run: (editor: TextEditor) => void;
}

const command = (run: StateCommand) => (editor: TextEditor) => {
  run(editor.view);
  editor.view.focus();
};

const { tools } = words;

const find: Tool = { icon: 'search', label: tools.find, run: ({ view }) => openSearchPanel(view) };

const all: Tool[] = [
  { icon: 'undo', label: tools.undo, run: (editor) => editor.undo() },
  { icon: 'redo', label: tools.redo, run: (editor) => editor.redo() },
  { icon: 'bold', label: tools.bold, run: command(toggleBold) },
  { icon: 'italic', label: tools.italic, run: command(toggleItalic) },
  { icon: 'heading', label: tools.heading, run: command(cycleHeading) },
  { icon: 'list', label: tools.list, run: command(toggleList) },
  { icon: 'link', label: tools.link, run: command(insertLink) },
  find,
];

interface Props {
  editor: TextEditor | null;
  writable: boolean;
}

/** One stop for the Tab key; the arrows go from tool to tool. */
export function EditorTools({ editor, writable }: Props) {
  return (
    <div className="editor-tools" role="toolbar" aria-label={tools.label} onKeyDown={walk}>
      {(writable ? all : [find]).map(({ icon, label, run }, index) => (
        <button
          key={icon}
          type="button"
          className="icon-button"
          aria-label={label}
          title={label}
          tabIndex={index === 0 ? 0 : -1}
          // The selection, and the keyboard of a phone, stay with the text.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => {
            if (editor !== null) run(editor);
          }}
        >
          <Icon name={icon} size={18} />
        </button>
      ))}
    </div>
  );
}

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
