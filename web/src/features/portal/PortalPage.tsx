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
import { forgetSecrets } from './secrets';
import { useApps } from './useApps';

const AppPage = part(() => import('./AppPage'), <p className="hint">{text.loading}</p>);
const ErrorReference = part(() => import('./ErrorReference'), <p className="hint">{text.loading}</p>);

/** Everything under `/developers`. */
export default function PortalPage() {
  const { path, query } = useLocation();
  const apps = useApps();
  const place = placeIn(path);
  useEffect(() => forgetSecrets, []);

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
        {place.page === 'errors' ? <ErrorReference /> : null}
      </main>
    </div>
  );
}

type Place = { page: 'landing' | 'errors' } | { page: 'new'; kind: AppKind } | { page: 'app'; id: number };

const kinds: AppKind[] = ['webhook', 'integration', 'widget', 'oauth'];

function placeIn(path: string): Place {
  const [, what, which = ''] = path.replace(/\/$/, '').split('/').slice(1);
  const kind = kinds.find((one) => one === which);
  if (what === 'new' && kind !== undefined) return { page: 'new', kind };
  if (what === 'apps' && /^\d{1,15}$/.test(which)) return { page: 'app', id: Number(which) };
  return what === 'errors' ? { page: 'errors' } : { page: 'landing' };
}
