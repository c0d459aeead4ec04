import { text } from '../messages';

interface Props {
  unread: number;
  mentions: number;
}

/** What waits in a conversation; nothing where nothing does. */
export function WaitingBadges({ unread, mentions }: Props) {
  return (
    <>
      {mentions > 0 ? (
        <span className="badge badge-mention">
          @<span className="visually-hidden"> {text.chat.mentioned(mentions)}</span>
        </span>
      ) : null}
      {unread > 0 ? (
        <span className="badge">
          <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
          <span className="visually-hidden">{text.chat.unread(unread)}</span>
        </span>
      ) : null}
    </>
  );
}
