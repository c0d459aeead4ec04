import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { text } from '../../messages';
import { conversationPath, navigate } from '../../router';
import { sortedConversations } from '../../store/selectors';
import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';
import { Dialog } from '../../ui/Dialog';
import { usePeople } from '../presence/usePeople';
import { ConversationAvatar, conversationName } from './ConversationAvatar';

const MOST = 12;

/** Typed letters to a conversation in two keys: conversations first, then people one has not written to. */
export default function Switcher({ onClose }: { onClose: () => void }) {
  const conversations = useChatter((state) => state.conversations);
  const [query, setQuery] = useState('');
  const [selected, setSelected] = useState(0);
  const { names } = usePeople(query);
  const list = useId();

  const targets = useMemo(() => {
    const wanted = query.trim().toLocaleLowerCase();
    const found = sortedConversations(conversations)
      .filter((conversation) => conversationName(conversation).toLocaleLowerCase().includes(wanted))
      .map((conversation) => ({
        id: conversation.id,
        label: conversationName(conversation),
        picture: <ConversationAvatar conversation={conversation} size={32} />,
      }));
    const known = new Set(Object.keys(conversations));
    const people = wanted === '' ? [] : names;
    const strangers = people
      .filter((name) => !known.has(`dm:${name}`))
      .map((name) => ({ id: `dm:${name}`, label: name, picture: <Avatar name={name} size={32} /> }));
    return [...found, ...strangers].slice(0, MOST);
  }, [conversations, names, query]);

  const at = Math.min(selected, Math.max(0, targets.length - 1));

  function open(id: string) {
    onClose();
    navigate(conversationPath(id));
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const target = targets[at];
    if (event.key === 'ArrowDown') setSelected(Math.min(at + 1, targets.length - 1));
    else if (event.key === 'ArrowUp') setSelected(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && target !== undefined) open(target.id);
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
            key={target.id}
            id={`${list}-${index}`}
            type="button"
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            className="switcher-item"
            onClick={() => open(target.id)}
          >
            {target.picture}
            {target.label}
          </button>
        ))}
      </div>
      {targets.length === 0 ? <p className="hint">{text.switcher.none}</p> : null}
    </Dialog>
  );
}
