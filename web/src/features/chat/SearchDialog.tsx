import { type FormEvent, useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { forgetSearches, type Page, recentSearches, rememberSearch, search } from '../../live/searching';
import { text } from '../../messages';
import { messagePath, navigate } from '../../router';
import { sortedConversations } from '../../store/selectors';
import { useChatter } from '../../store/store';
import type { Message } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { recent } from '../../ui/time';
import { conversationName } from './ConversationAvatar';
import { Marked } from './Marked';
import { type Filters, noFilters, queryOf } from './searchQuery';

/** Letters may still be on their way. */
const TYPING_MS = 300;

interface Props {
  openId: string | null;
  onClose: () => void;
}

interface Outcome extends Page {
  /** What was searched for; the fields may say something else by now. */
  query: string;
  error: string | null;
}

/** Words to messages, wherever they are; a click shows one where it was said. */
export default function SearchDialog({ openId, onClose }: Props) {
  const [filters, setFilters] = useState<Filters>(noFilters);
  const [remembered, setRemembered] = useState(recentSearches);
  const query = queryOf(filters);
  const { outcome, searching, more } = useSearch(query);

  function set(change: Partial<Filters>) {
    setFilters((before) => ({ ...before, ...change }));
  }

  function open(message: Message) {
    rememberSearch(filters.words);
    onClose();
    navigate(messagePath(message.conversation, message.id));
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    rememberSearch(filters.words);
    document.querySelector<HTMLElement>('.search-result')?.focus();
  }

  return (
    <Dialog title={text.search.title} onClose={onClose} className="dialog-top dialog-search">
      <search>
        <form className="search-form" onSubmit={onSubmit}>
          <input
            className="switcher-input"
            type="search"
            aria-label={text.search.label}
            placeholder={text.search.placeholder}
            maxLength={256}
            value={filters.words}
            data-autofocus
            onChange={(event) => set({ words: event.target.value })}
          />
          <FilterFields filters={filters} openId={openId} onChange={set} />
        </form>
      </search>
      {query === '' ? (
        <Beginning
          remembered={remembered}
          onChoose={(words) => set({ words })}
          onForget={() => {
            forgetSearches();
            setRemembered([]);
          }}
        />
      ) : (
        <Results outcome={outcome} searching={searching} onOpen={open} onMore={more} />
      )}
    </Dialog>
  );
}

/** Searches for what stands still for a moment; what was asked before does not come in its way. */
function useSearch(query: string) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [searching, setSearching] = useState(false);

  useEffect(() => {
    if (query === '') {
      setOutcome(null);
      setSearching(false);
      return;
    }
    let outdated = false;
    setSearching(true);
    const timer = setTimeout(async () => {
      const found = await attempt(query);
      if (outdated) return;
      setOutcome(found);
      setSearching(false);
    }, TYPING_MS);
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [query]);

  async function more() {
    if (outcome === null || searching) return;
    setSearching(true);
    const page = await attempt(outcome.query, outcome.messages.at(-1)?.id);
    setSearching(false);
    setOutcome((now) =>
      now === outcome ? { ...page, messages: [...outcome.messages, ...page.messages] } : now,
    );
  }

  return { outcome, searching, more };
}

async function attempt(query: string, before?: number): Promise<Outcome> {
  try {
    return { ...(await search(query, before)), query, error: null };
  } catch (error) {
    return { messages: [], hasMore: false, query, error: explain(error) };
  }
}

interface FieldsProps {
  filters: Filters;
  openId: string | null;
  onChange: (change: Partial<Filters>) => void;
}

function FilterFields({ filters, openId, onChange }: FieldsProps) {
  const conversations = useChatter((state) => state.conversations);
  const listed = sortedConversations(conversations).filter((conversation) => conversation.id !== openId);
  const here = openId === null ? undefined : conversations[openId];
  return (
    <div className="search-filters">
      <label>
        {text.search.where}
        <select value={filters.place} onChange={(event) => onChange({ place: event.target.value })}>
          <option value="">{text.search.everywhere}</option>
          {here === undefined ? null : (
            <option value={here.id}>{`${text.search.here}: ${conversationName(here)}`}</option>
          )}
          {listed.map((conversation) => (
            <option key={conversation.id} value={conversation.id}>
              {conversationName(conversation)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {text.search.from}
        <input
          value={filters.from}
          placeholder={text.search.anybody}
          maxLength={32}
          onChange={(event) => onChange({ from: event.target.value.replaceAll('"', '') })}
        />
      </label>
      <label>
        {text.search.has}
        <select value={filters.has} onChange={(event) => onChange({ has: event.target.value })}>
          {Object.entries(text.search.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {text.search.after}
        <input
          type="date"
          value={filters.after}
          onChange={(event) => onChange({ after: event.target.value })}
        />
      </label>
      <label>
        {text.search.before}
        <input
          type="date"
          value={filters.before}
          onChange={(event) => onChange({ before: event.target.value })}
        />
      </label>
    </div>
  );
}

interface BeginningProps {
  remembered: string[];
  onChoose: (words: string) => void;
  onForget: () => void;
}

function Beginning({ remembered, onChoose, onForget }: BeginningProps) {
  if (remembered.length === 0) return <p className="hint">{text.search.hint}</p>;
  return (
    <section aria-label={text.search.recent}>
      <p className="hint">{text.search.recent}</p>
      <div className="search-recent">
        {remembered.map((words) => (
          <button key={words} type="button" className="button" onClick={() => onChoose(words)}>
            {words}
          </button>
        ))}
        <button type="button" className="button" onClick={onForget}>
          {text.search.forget}
        </button>
      </div>
    </section>
  );
}

interface ResultsProps {
  outcome: Outcome | null;
  searching: boolean;
  onOpen: (message: Message) => void;
  onMore: () => void;
}

function Results({ outcome, searching, onOpen, onMore }: ResultsProps) {
  const conversations = useChatter((state) => state.conversations);
  if (outcome === null) return <p role="status">{text.search.searching}</p>;
  const { messages, hasMore, query, error } = outcome;
  if (error !== null) {
    return (
      <p className="form-error" role="alert">
        {error}
      </p>
    );
  }
  if (messages.length === 0) {
    return (
      <div role="status">
        <p>{text.search.none(query)}</p>
        <p className="hint">{text.search.noneHint}</p>
      </div>
    );
  }
  return (
    <>
      <p className="hint" role="status">
        {searching ? text.search.searching : text.search.found(messages.length, hasMore)}
      </p>
      <ul className="search-results" aria-label={text.search.title}>
        {messages.map((message) => {
          const conversation = conversations[message.conversation];
          const where = conversation === undefined ? message.conversation : conversationName(conversation);
          return (
            <li key={message.id}>
              <button type="button" className="search-result" onClick={() => onOpen(message)}>
                <span className="search-result-head">
                  <strong>{message.author}</strong>
                  <span>{where}</span>
                  <time dateTime={message.createdAt}>{recent(message.createdAt)}</time>
                </span>
                <span className="search-result-text" dir="auto">
                  <Marked text={message.source} query={query} />
                </span>
                {message.files.map((file) => (
                  <span key={file.name} className="hint">
                    {file.name}
                  </span>
                ))}
              </button>
            </li>
          );
        })}
      </ul>
      {hasMore ? (
        <button type="button" className="button" disabled={searching} onClick={onMore}>
          {text.search.more}
        </button>
      ) : null}
    </>
  );
}
