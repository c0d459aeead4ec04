import { type KeyboardEvent, type RefObject, useMemo, useState } from 'react';
import { current, useChatter } from '../../store/store';
import { begunAt, completed, matching, nameable, type Suggestion } from './naming';

/** Completes `@` names in a text area. `change` is called with the text after a name was chosen. */
export function useNaming(
  conversation: string,
  input: RefObject<HTMLTextAreaElement | null>,
  change: (source: string) => void,
) {
  const [caret, setCaret] = useState<number | null>(null);
  const [source, setSource] = useState('');
  const [active, setActive] = useState(0);
  const begun = caret === null ? null : begunAt(source, caret);
  const all = useAll(conversation, begun !== null);
  const found = begun === null ? [] : matching(all, begun.typed);
  const chosen = Math.min(active, found.length - 1);

  function close() {
    setCaret(null);
    setActive(0);
  }

  /** After every change of the text or the place in it. */
  function look(area: HTMLTextAreaElement) {
    setSource(area.value);
    setCaret(area.selectionStart === area.selectionEnd ? area.selectionStart : null);
    setActive(0);
  }

  function choose({ name }: Suggestion) {
    const area = input.current;
    if (area === null || begun === null || caret === null) return;
    const next = completed(source, caret, begun, name);
    area.value = next.source;
    area.setSelectionRange(next.caret, next.caret);
    change(next.source);
    close();
    // The text area shows the new text at the next frame, and puts the caret behind it.
    requestAnimationFrame(() => area.setSelectionRange(next.caret, next.caret));
    area.focus();
  }

  /** Whether the key was for the list. */
  function onKey(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    const picked = found[chosen];
    if (picked === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'ArrowDown') setActive((chosen + 1) % found.length);
    else if (event.key === 'ArrowUp') setActive((chosen + found.length - 1) % found.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) choose(picked);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    return true;
  }

  return { found, active: chosen, look, close, choose, onKey };
}

/** Looked up while somebody is naming only: it is the whole list of members. */
function useAll(conversation: string, wanted: boolean): Suggestion[] {
  const members = useChatter((state) => (wanted ? state.servers.members : null));
  const details = useChatter((state) => (wanted ? state.servers.details : null));
  const conversations = useChatter((state) => (wanted ? state.conversations : null));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the names are made of
  return useMemo(() => {
    if (!wanted) return [];
    const state = current();
    return nameable(state, state.conversations[conversation]);
  }, [conversation, wanted, members, details, conversations]);
}
