import { useMemo } from 'react';
import { text } from '../../messages';
import { documentsPath } from '../../router';
import { homeConversations, totalUnread } from '../../store/selectors';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
import { VoiceRooms } from '../call/VoiceRooms';
import { Account } from './Account';
import { ConversationItem } from './ConversationItem';

interface Props {
  openId: string | null;
  inDocuments: boolean;
  onNew: () => void;
  onSearch: () => void;
  onFind: () => void;
  onMarkAllRead: () => void;
}

export function Sidebar({ openId, inDocuments, onNew, onSearch, onFind, onMarkAllRead }: Props) {
  const conversations = useChatter((state) => state.conversations);
  const ready = useChatter((state) => state.ready);
  const unread = useChatter((state) => totalUnread(state.conversations) > 0);
  const sorted = useMemo(() => homeConversations(conversations), [conversations]);
  return (
    <nav className="sidebar" aria-label={text.chat.conversations}>
      <header className="sidebar-head">
        <Wordmark heading={openId === null && !inDocuments} />
        {unread ? (
          <button
            type="button"
            className="icon-button sidebar-read"
            aria-label={text.chat.markAllRead}
            title={text.chat.markAllRead}
            onClick={onMarkAllRead}
          >
            <Icon name="check" />
          </button>
        ) : null}
        <button
          type="button"
          className="icon-button"
          aria-label={text.search.title}
          title={text.search.title}
          onClick={onFind}
        >
          <Icon name="search" />
        </button>
        <button
          type="button"
          className="icon-button icon-button-accent"
          aria-label={text.chat.newConversation}
          title={text.chat.newConversation}
          onClick={onNew}
        >
          <Icon name="add" />
        </button>
      </header>
      <button type="button" className="search-button" onClick={onSearch}>
        <Icon name="search" size={18} />
        <span>{text.chat.search}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <PageLink className="sidebar-link" to={documentsPath} current={inDocuments}>
        <Icon name="document" />
        {text.docs.title}
      </PageLink>
      <VoiceRooms />
      {ready && sorted.length === 0 ? (
        <div className="sidebar-empty">
          <strong>{text.chat.empty}</strong>
          <p>{text.chat.emptyHint}</p>
        </div>
      ) : null}
      <ul className="conversation-list" aria-busy={!ready}>
        {sorted.map((conversation) => (
          <ConversationItem
            key={conversation.id}
            conversation={conversation}
            open={conversation.id === openId}
          />
        ))}
      </ul>
      <Account />
    </nav>
  );
}

/** The heading of the page, unless something is open beside it: then that one's name is. */
function Wordmark({ heading }: { heading: boolean }) {
  return heading ? <h1 className="wordmark">{text.app}</h1> : <span className="wordmark">{text.app}</span>;
}
