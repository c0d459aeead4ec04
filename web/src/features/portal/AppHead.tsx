import { useEffect } from 'react';
import type { App } from '../../api/apps';
import { openServer } from '../../live/servers';
import { words as all } from '../../messages/portal';
import { useChatter } from '../../store/store';
import { ago, useMinute } from '../../ui/relative';
import { exact, short } from '../../ui/time';
import { AppIcon } from './AppIcon';

const words = all.app;

export function AppHead({ app }: { app: App }) {
  const now = useMinute();
  const { kind, name, serverId, channelId, createdBy, createdAt, lastUsedAt } = app;
  const server = useChatter((state) =>
    serverId === null ? undefined : state.servers.entries[serverId]?.name,
  );
  const channel = useChatter((state) =>
    serverId === null
      ? undefined
      : state.servers.details[serverId]?.channels.find(({ id }) => id === channelId)?.name,
  );

  useEffect(() => {
    if (serverId !== null) void openServer(serverId);
  }, [serverId]);

  const place =
    server === undefined ? null : channel === undefined ? words.in(server) : words.inChannel(channel, server);
  return (
    <header className="app-head">
      <AppIcon kind={kind} size={52} />
      <div>
        <h1>{name}</h1>
        <p className="hint">{[all.kinds[kind].name, place].filter(Boolean).join(' ')}</p>
        <p className="hint">
          <span title={exact(createdAt)}>{words.createdBy(createdBy.username, short(createdAt))}</span>
          {lastUsedAt === null ? null : (
            <>
              {' · '}
              <span title={exact(lastUsedAt)}>{words.lastUsed(ago(lastUsedAt, now))}</span>
            </>
          )}
        </p>
      </div>
    </header>
  );
}
