import { useMemo } from 'react';
import { listMyServers } from '../../live/servers';
import { text } from '../../messages';
import { serverPath } from '../../router';
import { serversInOrder, type Waiting, waitingIn } from '../../store/servers';
import type { ServerEntry } from '../../store/serverTypes';
import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';

const words = text.servers;
const NOTHING: Waiting = { unread: 0, mentions: 0 };

interface Props {
  /** The server that is shown; null at home, among the conversations. */
  openServer: number | null;
  onAdd: () => void;
}

/** The narrow column at the edge: home, and one's servers. */
export function ServerRail({ openServer, onAdd }: Props) {
  const servers = useChatter((state) => state.servers);
  const conversations = useChatter((state) => state.conversations);
  const waiting = useMemo(() => waitingIn(conversations), [conversations]);
  const atHome = useMemo(() => unreadAtHome(conversations), [conversations]);
  return (
    <nav className="rail" aria-label={words.title}>
      <ul className="rail-list">
        <li>
          <PageLink
            className="rail-item"
            to="/chat"
            current={openServer === null}
            title={words.home}
            aria-label={words.serverLabel(words.home, atHome.unread, atHome.mentions)}
          >
            <span className="rail-home">
              <img src="/favicon.svg" alt="" width={44} height={44} />
            </span>
            <Badge waiting={atHome} />
          </PageLink>
        </li>
        {serversInOrder(servers).map((server) => (
          <Item
            key={server.id}
            server={server}
            waiting={waiting[server.id] ?? NOTHING}
            open={server.id === openServer}
          />
        ))}
        {servers.error === null || servers.order.length > 0 ? null : (
          <li>
            <button
              type="button"
              className="rail-item"
              title={`${words.failed} ${text.retry}`}
              aria-label={`${words.failed} ${text.retry}`}
              onClick={() => void listMyServers()}
            >
              <Icon name="sync" />
            </button>
          </li>
        )}
        <li>
          <button
            type="button"
            className="rail-item rail-add"
            title={words.add}
            aria-label={words.add}
            onClick={onAdd}
          >
            <Icon name="add" />
          </button>
        </li>
      </ul>
    </nav>
  );
}

function Item({ server, waiting, open }: { server: ServerEntry; waiting: Waiting; open: boolean }) {
  return (
    <li>
      <PageLink
        className="rail-item"
        to={serverPath(server.id)}
        current={open}
        title={server.name}
        aria-label={words.serverLabel(server.name, waiting.unread, waiting.mentions)}
        data-unread={waiting.unread > 0}
      >
        <Avatar name={server.name} size={44} />
        <Badge waiting={waiting} />
      </PageLink>
    </li>
  );
}

/** The label of the link says it in words. */
function Badge({ waiting: { unread, mentions } }: { waiting: Waiting }) {
  if (unread === 0) return null;
  return (
    <span className={mentions > 0 ? 'badge badge-mention rail-badge' : 'badge rail-badge'} aria-hidden="true">
      {mentions > 0 ? '@' : unread > 99 ? '99+' : unread}
    </span>
  );
}

function unreadAtHome(conversations: Parameters<typeof waitingIn>[0]): Waiting {
  const waiting = { ...NOTHING };
  for (const { kind, unread, mentions } of Object.values(conversations)) {
    if (kind === 'channel') continue;
    waiting.unread += unread;
    waiting.mentions += mentions;
  }
  return waiting;
}
