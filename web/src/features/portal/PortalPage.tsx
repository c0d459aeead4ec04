import { useEffect } from 'react';
import type { AppKind } from '../../api/apps';
import { text } from '../../messages';
import { words } from '../../messages/portal';
import { navigate, portalPath, useLocation } from '../../router';
import { Icon } from '../../ui/Icon';
import { part } from '../../ui/part';
import '../../ui/styles/portal.css';
import { CreateApp } from './CreateApp';
import { Landing } from './Landing';
import { forgetTests } from './lastTests';
import { PortalNav, type ReferencePage, referencePage } from './PortalNav';
import { forgetSecrets } from './secrets';
import { type Apps, useApps } from './useApps';

const waiting = <p className="hint">{text.loading}</p>;
const AppPage = part<{ id: number; apps: Apps }>(() => import('./AppPage'), waiting);
const Changelog = part(() => import('./reference/Changelog'), waiting);
const Docs = part(() => import('./reference/Docs'), waiting);
const ErrorReference = part(() => import('./reference/ErrorReference'), waiting);
const Status = part<{ apps: Apps }>(() => import('./reference/Status'), waiting);

/** Everything under `/developers`. */
export default function PortalPage() {
  const { path, query } = useLocation();
  const apps = useApps();
  const place = placeIn(path);
  useEffect(
    () => () => {
      forgetSecrets();
      forgetTests();
    },
    [],
  );

  return (
    <div className="page portal">
      <header className="page-head">
        <button
          type="button"
          className="icon-button"
          aria-label={place.page === 'landing' ? text.nav.backToChat : words.list.back}
          onClick={() => navigate(place.page === 'landing' ? '/chat' : portalPath)}
        >
          <Icon name="back" />
        </button>
        {place.page === 'landing' ? (
          <h1>{words.title}</h1>
        ) : (
          <span className="page-head-title">{words.title}</span>
        )}
        <PortalNav
          current={place.page === 'landing' ? 'apps' : place.page === 'reference' ? place.which : null}
        />
      </header>
      {/* Another page begins at its top. */}
      <main key={path} className="page-body portal-body">
        {place.page === 'landing' ? <Landing apps={apps} /> : null}
        {place.page === 'new' ? (
          <CreateApp
            key={place.kind}
            kind={place.kind}
            server={Number(query.get('server')) || null}
            apps={apps}
          />
        ) : null}
        {place.page === 'app' ? <AppPage key={place.id} id={place.id} apps={apps} /> : null}
        {place.page === 'reference' ? <Reference which={place.which} apps={apps} /> : null}
      </main>
    </div>
  );
}

/** What the platform tells of itself. */
function Reference({ which, apps }: { which: ReferencePage; apps: Apps }) {
  switch (which) {
    case 'docs':
      return <Docs />;
    case 'errors':
      return <ErrorReference />;
    case 'changelog':
      return <Changelog />;
    case 'status':
      return <Status apps={apps} />;
  }
}

type Place =
  | { page: 'landing' }
  | { page: 'reference'; which: ReferencePage }
  | { page: 'new'; kind: AppKind }
  | { page: 'app'; id: number };

const kinds: AppKind[] = ['webhook', 'integration', 'widget', 'oauth'];

function placeIn(path: string): Place {
  const [, what, which = ''] = path.replace(/\/$/, '').split('/').slice(1);
  const kind = kinds.find((one) => one === which);
  if (what === 'new' && kind !== undefined) return { page: 'new', kind };
  if (what === 'apps' && /^\d{1,15}$/.test(which)) return { page: 'app', id: Number(which) };
  const reference = referencePage(what);
  return reference === null ? { page: 'landing' } : { page: 'reference', which: reference };
}
