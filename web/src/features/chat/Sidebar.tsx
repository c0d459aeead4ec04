import { useMemo } from 'react';
import { text } from '../../messages';
import { words as custom } from '../../messages/custom';
import { customChannelPath, customPath, documentsPath } from '../../router';
import { homeConversations, totalUnread } from '../../store/selectors';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
import { VoiceRooms } from '../call/VoiceRooms';
import { Account } from './Account';
import { ConversationItem } from './ConversationItem';

/** The others are a click away. */
const SHOWN = 5;

interface Props {
  openId: string | null;
  inDocuments: boolean;
  /** The custom channel that is shown; 0 for the list of them. */
  custom: number | null;
  onNew: () => void;
  onSearch: () => void;
  onFind: () => void;
  onMarkAllRead: () => void;
}

export function Sidebar(props: Props) {
  const { openId, inDocuments, onNew, onSearch, onFind, onMarkAllRead } = props;
  const conversations = useChatter((state) => state.conversations);
  const ready = useChatter((state) => state.ready);
  const unread = useChatter((state) => totalUnread(state.conversations) > 0);
  const sorted = useMemo(() => homeConversations(conversations), [conversations]);
  return (
    <nav className="sidebar" aria-label={text.chat.conversations}>
      <header className="sidebar-head">
        <Wordmark heading={openId === null && !inDocuments && props.custom === null} />
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
      <CustomChannels open={props.custom} />
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

/** The way to all custom channels, and to the first few that can be opened. */
function CustomChannels({ open }: { open: number | null }) {
  const list = useChatter((state) => state.custom.list);
  const enabled = list?.filter((channel) => channel.enabled).slice(0, SHOWN) ?? [];
  return (
    <>
      <PageLink className="sidebar-link" to={customPath} current={open === 0}>
        <Icon name="code" />
        {custom.title}
      </PageLink>
      {enabled.length === 0 ? null : (
        <ul className="sidebar-custom" aria-label={custom.label}>
          {enabled.map(({ id, name }) => (
            <li key={id}>
              <PageLink className="sidebar-custom-item" to={customChannelPath(id)} current={open === id}>
                {name}
              </PageLink>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The heading of the page, unless something is open beside it: then that one's name is. */
function Wordmark({ heading }: { heading: boolean }) {
  return heading ? <h1 className="wordmark">{text.app}</h1> : <span className="wordmark">{text.app}</span>;
}
