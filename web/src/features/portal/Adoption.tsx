import { useState } from 'react';
import { type App, adoptApp } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { appPath } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { notify, notifyError } from '../../ui/notify';
import { PageLink } from '../../ui/PageLink';
import { AppIcon } from './AppIcon';
import type { Apps } from './useApps';

const words = all.list;

/** The apps whose tokens nobody answers for any more; nothing where there are none. */
export function Adoption({ apps: { apps, put } }: { apps: Apps }) {
  const orphans = (apps ?? [])
    .filter(({ paused }) => paused === true)
    .sort((a, b) => a.name.localeCompare(b.name));
  if (orphans.length === 0) return null;
  return (
    <section className="card adoption" aria-labelledby="adoption">
      <h2 id="adoption">
        <Icon name="warning" size={20} />
        {words.adoption}
      </h2>
      <p className="hint">{words.adoptionHint}</p>
      <ul className="rows">
        {orphans.map((app) => (
          <Orphan key={app.id} app={app} onAdopted={put} />
        ))}
      </ul>
    </section>
  );
}

function Orphan({ app, onAdopted }: { app: App; onAdopted: (app: App) => void }) {
  const [busy, setBusy] = useState(false);
  const server = useChatter((state) => state.servers.entries[app.serverId ?? 0]?.name);

  async function adopt() {
    setBusy(true);
    try {
      onAdopted(await adoptApp(app.id));
      notify(all.app.adopted);
    } catch (error) {
      notifyError(error);
      setBusy(false);
    }
  }

  return (
    <li className="row">
      <PageLink className="app-row orphan" to={appPath(app.id)}>
        <AppIcon kind={app.kind} size={40} />
        <span className="row-text">
          <strong>{app.name}</strong>
          <small className="hint">
            {[server, words.leftBy(app.createdBy.username)].filter(Boolean).join(' · ')}
          </small>
        </span>
      </PageLink>
      <button
        type="button"
        className="button"
        aria-label={words.adoptOne(app.name)}
        disabled={busy}
        onClick={() => void adopt()}
      >
        {all.app.adopt}
      </button>
    </li>
  );
}
