import type { App, AppKind } from '../../api/apps';
import { text } from '../../messages';
import { words as all } from '../../messages/portal';
import { appPath, portalPath } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
import { ago, useMinute } from '../../ui/relative';
import { Skeleton } from '../../ui/Skeleton';
import { exact } from '../../ui/time';
import { Adoption } from './Adoption';
import { AppChips } from './AppChips';
import { AppIcon } from './AppIcon';
import type { Apps } from './useApps';

const words = all.list;
const kinds: AppKind[] = ['webhook', 'integration', 'widget', 'oauth'];

/** What there is to build, and what one has built. */
export function Landing({ apps }: { apps: Apps }) {
  return (
    <>
      <p className="portal-intro">{all.intro}</p>
      <Adoption apps={apps} />
      <ul className="kind-grid">
        {kinds.map((kind) => {
          const { name, does, contract, create } = all.kinds[kind];
          return (
            <li key={kind} className="card kind-card">
              <div className="kind-head">
                <AppIcon kind={kind} />
                <h2>{name}</h2>
              </div>
              <p>{does}</p>
              <ul className="kind-contract">
                {contract.map((line) => (
                  <li key={line}>
                    <code>{line}</code>
                  </li>
                ))}
              </ul>
              <PageLink className="button button-primary" to={`${portalPath}/new/${kind}`}>
                <Icon name="add" size={18} />
                {create}
              </PageLink>
            </li>
          );
        })}
      </ul>
      <section className="card" aria-labelledby="your-apps">
        <h2 id="your-apps">{words.title}</h2>
        <List apps={apps} />
      </section>
    </>
  );
}

function List({ apps: { apps, error, reload } }: { apps: Apps }) {
  const now = useMinute();
  if (error !== null) {
    return (
      <div className="stack" role="alert">
        <strong>{words.failed}</strong>
        <p>{error}</p>
        <div>
          <button type="button" className="button" onClick={() => void reload()}>
            {text.retry}
          </button>
        </div>
      </div>
    );
  }
  if (apps === null) return <Skeleton rows={3} />;
  if (apps.length === 0) {
    return (
      <div className="panel">
        <strong>{words.none}</strong>
        <p className="hint">{words.noneHint}</p>
      </div>
    );
  }
  const sorted = [...apps].sort((a, b) => a.name.localeCompare(b.name));
  return (
    <ul className="rows">
      {sorted.map((app) => (
        <Row key={app.id} app={app} now={now} />
      ))}
    </ul>
  );
}

function Row({ app, now }: { app: App; now: number }) {
  const server = useChatter((state) =>
    app.serverId === null ? null : state.servers.entries[app.serverId]?.name,
  );
  const used = app.lastUsedAt === null ? words.neverUsed : words.used(ago(app.lastUsedAt, now));
  return (
    <li>
      <PageLink className="row app-row" to={appPath(app.id)}>
        <AppIcon kind={app.kind} size={40} />
        <span className="row-text">
          <strong>{app.name}</strong>
          <small className="hint">
            {[all.kinds[app.kind].name, server ?? words.noServer].join(' · ')}
            {' · '}
            <span title={app.lastUsedAt === null ? undefined : exact(app.lastUsedAt)}>{used}</span>
          </small>
        </span>
        <AppChips app={app} />
      </PageLink>
    </li>
  );
}
