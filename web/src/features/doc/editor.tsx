import { useEffect, useRef, useState } from 'react';
import type { DocSession } from '../../doc-sync/session';
import { mayWrite } from '../../doc-sync/state';
import { text } from '../../messages';
import { words } from '../../messages/editor';
import { useChatter } from '../../store/store';
import { Icon, type IconName } from '../../ui/Icon';
import { notifyError } from '../../ui/notify';
import { part } from '../../ui/part';
import '../../ui/styles/editor.css';
import { EditorNotice } from './EditorNotice';
import { EditorTools } from './EditorTools';
import { EditorPane } from './editorPane';
import { TextEditor } from './editorView';
import { PeopleHere } from './PeopleHere';
import { SyncStatus } from './SyncStatus';
import { Together } from './together';
import type { EditorProps } from './types';
import { useDocSession, useDocState } from './useDocSession';
import { useView, type View } from './useView';

const loadPreview = () => import('./Preview');
const Preview = part(loadPreview, <Waiting words={text.loading} />);

/** A document to write in, together with others. */
export default function Editor({ docId, name, createdAt, role, lost }: EditorProps) {
  const opened = useDocSession({ id: docId, createdAt }, role);
  if (opened === null) return <Waiting words={text.loading} />;
  return <Opened name={name} lost={lost} {...opened} />;
}

interface Props {
  name: string;
  lost: EditorProps['lost'];
  session: DocSession;
  discard: () => Promise<void>;
}

function Opened({ name, lost, session, discard }: Props) {
  const me = useChatter((store) => store.me?.name ?? '');
  const heard = useDocState(session);
  // Whichever of the two has noticed first: the page by its list, or the session.
  const state = heard.lost === null && lost !== null ? { ...heard, lost } : heard;
  const writable = mayWrite(state);
  const [editor, setEditor] = useState<TextEditor | null>(null);
  const [together] = useState(() => new Together());
  const { view, views, choose } = useView(state.role === 'viewer');

  useEffect(() => {
    // To be switched to without a link, too.
    loadPreview()
      .then(({ loadWorker }) => loadWorker())
      .catch(() => undefined);
  }, []);

  return (
    <div className="editor" data-view={view}>
      <div className="editor-bar">
        {view === 'read' ? null : <EditorTools editor={editor} writable={writable} />}
        <div className="editor-info">
          <SyncStatus state={state} />
          <PeopleHere people={state.people} me={me} />
          <ViewChoice view={view} views={views} onChoose={choose} />
        </div>
      </div>
      <EditorNotice state={state} name={name} content={() => session.text.toString()} onDiscard={discard} />
      {state.ready ? (
        <div className="editor-panes">
          <TextPane
            name={name}
            session={session}
            writable={writable}
            hidden={view === 'read'}
            together={together}
            onOpen={setEditor}
          />
          {view === 'write' ? null : <Preview session={session} together={together} />}
        </div>
      ) : (
        <Waiting words={state.online ? text.loading : words.waiting} />
      )}
    </div>
  );
}

interface PaneProps {
  name: string;
  session: DocSession;
  writable: boolean;
  hidden: boolean;
  together: Together;
  onOpen: (editor: TextEditor | null) => void;
}

function TextPane({ name, session, writable, hidden, together, onOpen }: PaneProps) {
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<TextEditor>(null);
  const label = words.label(name);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what may be written changes in place, below
  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return;
    const onFull = () => notifyError(words.notice.noRoom);
    const opened = new TextEditor(parent, { session, label, writable, onFull });
    editor.current = opened;
    onOpen(opened);
    // Opening a keyboard over half a phone is for the person to decide.
    if (writable && matchMedia('(pointer: fine)').matches) opened.view.focus();
    return () => {
      onOpen(null);
      editor.current = null;
      opened.destroy();
    };
  }, [session, onOpen]);

  useEffect(() => editor.current?.allow(label, writable), [label, writable]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another session is in another editor
  useEffect(() => {
    if (hidden || editor.current === null) return;
    return together.join(new EditorPane(editor.current.view));
  }, [session, hidden, together]);

  return <div ref={frame} className="editor-text" hidden={hidden} />;
}

const viewIcons: Record<View, IconName> = { write: 'edit', both: 'split', read: 'preview' };

interface ChoiceProps {
  view: View;
  views: View[];
  onChoose: (view: View) => void;
}

function ViewChoice({ view, views, onChoose }: ChoiceProps) {
  return (
    <fieldset className="segments editor-views">
      <legend className="visually-hidden">{words.view.label}</legend>
      {views.map((one) => (
        <label key={one} className="segment" title={words.view[one]}>
          <input
            type="radio"
            name="doc-view"
            className="visually-hidden"
            aria-label={words.view[one]}
            checked={view === one}
            onChange={() => onChoose(one)}
          />
          <Icon name={viewIcons[one]} size={18} />
        </label>
      ))}
    </fieldset>
  );
}

function Waiting({ words: said }: { words: string }) {
  return <p className="editor-waiting hint">{said}</p>;
}
