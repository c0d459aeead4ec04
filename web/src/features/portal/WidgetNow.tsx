import { useEffect, useState } from 'react';
import { type App, readApp } from '../../api/apps';
import { explain } from '../../api/client';
import { refreshWidgets } from '../../live/servers';
import { words as all } from '../../messages/portalWidget';
import type { Widget } from '../../store/serverTypes';
import { useChatter } from '../../store/store';
import { FormError } from '../../ui/Field';
import { ago, useMinute } from '../../ui/relative';
import { Skeleton } from '../../ui/Skeleton';
import { Tile } from '../widgets/Tile';
import { isStale } from '../widgets/tile';
import { useStaleness } from '../widgets/useStaleness';
import { WidgetControls } from '../widgets/WidgetControls';
import { AppChips } from './AppChips';

const words = all.now;

interface Props {
  app: App;
  server: number;
  onChanged: (app: App) => void;
}

/** The tile as it stands, live: whether members see it, where, and whether it is still news. */
export default function WidgetNow({ app, server, onChanged }: Props) {
  const widget = useChatter((state) => state.servers.widgets[server]?.find(({ appId }) => appId === app.id));
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    refreshWidgets(server).then(
      () => setError(null),
      (reason) => setError(explain(reason)),
    );
  }, [server]);

  return (
    <section className="card" aria-labelledby="widget-now">
      <div className="card-head">
        <h2 id="widget-now">{words.title}</h2>
        <AppChips app={app} />
      </div>
      <FormError message={error} />
      {widget === undefined ? (
        error === null ? (
          <Skeleton rows={2} />
        ) : null
      ) : (
        <Shown
          widget={widget}
          server={server}
          onChanged={() => void readApp(app.id).then(onChanged, () => undefined)}
        />
      )}
    </section>
  );
}

function Shown({ widget, server, onChanged }: { widget: Widget; server: number; onChanged: () => void }) {
  const { snapshot, name, visible, pinned } = widget;
  const staleAt = useStaleness([snapshot]);
  const minute = useMinute();
  const now = Math.max(staleAt, minute);
  return (
    <div className="widget-now">
      <section className="tile-frame" aria-label={name}>
        <strong>{name}</strong>
        <Tile snapshot={snapshot} now={now} />
      </section>
      <div className="stack">
        <p>{visible ? (pinned ? words.pinned : words.listed) : words.hidden}</p>
        <p role="status">{freshness(widget, now)}</p>
        <WidgetControls server={server} widget={widget} onChanged={onChanged} />
      </div>
    </div>
  );
}

function freshness({ snapshot }: Widget, now: number): string {
  if (snapshot === null) return words.none;
  const when = ago(snapshot.updatedAt, now);
  const { ttlSeconds } = snapshot;
  if (ttlSeconds == null) return `${words.fresh(when)} ${words.noTtl}`;
  return isStale(snapshot, now) ? words.stale(when, ttlSeconds) : words.until(when, ttlSeconds);
}
