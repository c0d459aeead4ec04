import { useEffect, useState } from 'react';
import { type App, readApp } from '../../api/apps';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { words as all } from '../../messages/portal';
import { appPath, useLocation } from '../../router';
import { FormError } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { part } from '../../ui/part';
import { Skeleton } from '../../ui/Skeleton';
import '../../ui/styles/app.css';
import { AppHead } from './AppHead';
import { AppState } from './AppState';
import { SecretBanner } from './SecretBanner';
import type { Apps } from './useApps';

const waiting = <Skeleton rows={4} />;
const AppAudit = part(() => import('./AppAudit'), waiting);
const AppSettings = part(() => import('./settings/AppSettings'), waiting);
const Deliveries = part(() => import('./Deliveries'), waiting);
const Start = part(() => import('./Start'), waiting);
const TryIt = part(() => import('./TryIt'), waiting);

const words = all.tabs;
type Tab = 'start' | 'try' | 'deliveries' | 'audit' | 'settings';

interface Props {
  id: number;
  apps: Apps;
}

/** One app: how to use it, trying it, what came of it, and changing it. */
export default function AppPage({ id, apps }: Props) {
  const { query } = useLocation();
  const app = apps.apps?.find((one) => one.id === id);
  const [error, setError] = useState<string | null>(null);
  const { put } = apps;

  useEffect(() => {
    readApp(id).then(put, (reason) => setError(explain(reason)));
  }, [id, put]);

  if (app === undefined) {
    return error === null ? (
      <>
        <h1 className="visually-hidden">{text.loading}</h1>
        {waiting}
      </>
    ) : (
      <section className="stack">
        <h1>{all.app.missing}</h1>
        <FormError message={error} />
      </section>
    );
  }
  const tabs = tabsOf(app);
  const tab = tabs.find((one) => one === query.get('tab')) ?? 'start';
  return (
    <>
      <AppHead app={app} />
      <AppState app={app} onChanged={put} />
      <SecretBanner app={id} />
      <nav className="tabs" aria-label={words.label}>
        {tabs.map((one) => (
          <PageLink
            key={one}
            className="tab"
            to={one === 'start' ? appPath(id) : `${appPath(id)}?tab=${one}`}
            current={one === tab}
          >
            {words[one]}
          </PageLink>
        ))}
      </nav>
      {tab === 'start' ? <Start app={app} onChanged={put} /> : null}
      {tab === 'try' ? <TryIt app={app} onSent={() => void readApp(id).then(put, () => undefined)} /> : null}
      {tab === 'deliveries' ? <Deliveries app={app} /> : null}
      {tab === 'audit' ? <AppAudit app={app} server={app.serverId ?? 0} /> : null}
      {tab === 'settings' ? <AppSettings app={app} apps={apps} /> : null}
    </>
  );
}

function tabsOf({ kind }: App): Tab[] {
  // An OAuth app belongs to a person: no server has a log of it.
  return kind === 'oauth'
    ? ['start', 'try', 'settings']
    : ['start', 'try', 'deliveries', 'audit', 'settings'];
}
