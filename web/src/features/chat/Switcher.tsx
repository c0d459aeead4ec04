import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useState } from 'react';
import { listDocuments } from '../../live/documents';
import { text } from '../../messages';
import {
  conversationPath,
  documentPath,
  documentsPath,
  navigate,
  portalPath,
  serverPath,
} from '../../router';
import { docsInOrder } from '../../store/docs';
import { sortedConversations } from '../../store/selectors';
import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';
import { Dialog } from '../../ui/Dialog';
import { usePeople } from '../presence/usePeople';
import { ConversationAvatar, conversationName } from './ConversationAvatar';

const MOST = 12;
/** So that people are still found where many documents are. */
const MOST_DOCUMENTS = 6;

interface Target {
  path: string;
  label: string;
  /** What it is, where the picture alone says it. */
  kind?: string;
  picture: ReactNode;
}

/** Typed letters to a place in two keys: conversations first, then documents, then people one has not written to. */
export default function Switcher({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const [selected, setSelected] = useState(0);
  const targets = useTargets(query.trim());
  const list = useId();

  const at = Math.min(selected, Math.max(0, targets.length - 1));

  function open(path: string) {
    onClose();
    navigate(path);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const target = targets[at];
    if (event.key === 'ArrowDown') setSelected(Math.min(at + 1, targets.length - 1));
    else if (event.key === 'ArrowUp') setSelected(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && target !== undefined) open(target.path);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog title={text.switcher.title} onClose={onClose} className="dialog-top">
      <input
        className="switcher-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={targets.length > 0 ? `${list}-${at}` : undefined}
        aria-label={text.switcher.placeholder}
        placeholder={text.switcher.placeholder}
        value={query}
        data-autofocus
        onChange={(event) => {
          setQuery(event.target.value);
          setSelected(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label={text.switcher.title} className="switcher-list">
        {targets.map((target, index) => (
          <button
            key={target.path}
            id={`${list}-${index}`}
            type="button"
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            className="switcher-item"
            onClick={() => open(target.path)}
          >
            {target.picture}
            <span className="switcher-label">{target.label}</span>
            {target.kind === undefined ? null : <small className="hint">{target.kind}</small>}
          </button>
        ))}
      </div>
      {targets.length === 0 ? <p className="hint">{text.switcher.none}</p> : null}
    </Dialog>
  );
}

function useTargets(query: string): Target[] {
  const conversations = useChatter((state) => state.conversations);
  const docs = useChatter((state) => state.docs);
  const servers = useChatter((state) => state.servers.entries);
  const { names } = usePeople(query);

  useEffect(() => {
    void listDocuments();
  }, []);

  return useMemo(() => {
    const wanted = query.toLocaleLowerCase();
    const matches = (label: string) => label.toLocaleLowerCase().includes(wanted);
    const found: Target[] = sortedConversations(conversations)
      .filter((conversation) => matches(conversationName(conversation)))
      .map((conversation) => ({
        path: conversationPath(conversation.id),
        label: conversationName(conversation),
        kind: servers[conversation.serverId ?? 0]?.name,
        picture: <ConversationAvatar conversation={conversation} size={32} />,
      }));
    if (wanted === '') return found.slice(0, MOST);

    const documents: Target[] = docsInOrder(docs)
      .filter((entry) => matches(entry.name))
      .slice(0, MOST_DOCUMENTS)
      .map((entry) => ({
        path: documentPath(entry.id),
        label: entry.name,
        kind: text.switcher.document,
        picture: <Avatar name={entry.name} icon="document" size={32} />,
      }));
    const places: Target[] = [
      {
        path: documentsPath,
        label: text.docs.title,
        picture: <Avatar name={text.docs.title} icon="document" size={32} />,
      },
      {
        path: portalPath,
        label: text.nav.developers,
        picture: <Avatar name={text.nav.developers} icon="code" size={32} />,
      },
      ...Object.values(servers).map(({ id, name }) => ({
        path: serverPath(id),
        label: name,
        kind: text.switcher.server,
        picture: <Avatar name={name} size={32} />,
      })),
    ];
    const pages = places.filter(({ label }) => matches(label));
    const known = new Set(Object.keys(conversations));
    const strangers: Target[] = names
      .filter((name) => !known.has(`dm:${name}`))
      .map((name) => ({
        path: conversationPath(`dm:${name}`),
        label: name,
        picture: <Avatar name={name} size={32} />,
      }));
    return [...found.slice(0, MOST / 2), ...pages, ...documents, ...strangers].slice(0, MOST);
  }, [conversations, docs, servers, names, query]);
}
