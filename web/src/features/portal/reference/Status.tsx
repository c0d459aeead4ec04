import { useCallback, useEffect, useState } from 'react';
import { words as portal } from '../../../messages/portal';
import { words as all } from '../../../messages/portalDocs';
import { appPath } from '../../../router';
import { useChatter } from '../../../store/store';
import { Icon } from '../../../ui/Icon';
import { PageLink } from '../../../ui/PageLink';
import { useMinute } from '../../../ui/relative';
import { clock } from '../../../ui/time';
import '../../../ui/styles/guide.css';
import '../../../ui/styles/widgets.css';
import { AppChips } from '../AppChips';
import type { Apps } from '../useApps';
import { askPart, type PartHealth, type PartName, partNames } from './health';

const words = all.status;

type State = PartHealth['state'] | 'idle';

/** How the platform is at the moment, and which of one's apps are held up. */
export default function Status({ apps }: { apps: Apps }) {
  const [health, setHealth] = useState<Partial<Record<PartName, PartHealth>>>({});
  const [checkedAt, setCheckedAt] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isLive = useChatter((state) => state.link.phase === 'online');

  const check = useCallback(async () => {
    setBusy(true);
    const answers = await Promise.all(partNames.map(async (name) => [name, await askPart(name)] as const));
    setHealth(Object.fromEntries(answers));
    setCheckedAt(new Date().toISOString());
    setBusy(false);
  }, []);

  useEffect(() => void check(), [check]);
  useMinute(check);

  const live: PartHealth = isLive
    ? { state: 'ok', says: words.live.online }
    : { state: 'warn', says: words.live.waiting };
  const bad = [...Object.values(health), live].filter(({ state }) => state !== 'ok').length;
  return (
    <>
      <section className="card" aria-labelledby="status">
        <div className="card-head">
          <h1 id="status">{words.title}</h1>
          <button type="button" className="button" disabled={busy} onClick={() => void check()}>
            <Icon name="sync" size={18} />
            {words.again}
          </button>
        </div>
        <p className="hint">{words.hint}</p>
        <p role="status">
          {checkedAt === null ? (
            words.checking
          ) : (
            <>
              <strong>{bad === 0 ? words.all : words.some(bad)}</strong>{' '}
              <span className="hint">{words.checked(clock(checkedAt))}</span>
            </>
          )}
        </p>
        <ul className="rows">
          {partNames.map((name) => (
            <Part key={name} name={words.parts[name]} health={health[name]} />
          ))}
          <Part name={words.parts.live} health={live} />
        </ul>
      </section>
      <YourApps apps={apps} />
    </>
  );
}

function Part({ name, health }: { name: string; health: PartHealth | undefined }) {
  const state: State = health?.state ?? 'idle';
  return (
    <li className="row">
      <span className="row-text">
        <strong>{name}</strong>
        <small className="hint">{health?.says ?? words.checking}</small>
      </span>
      <span className="state" data-state={state}>
        {words.states[state]}
      </span>
    </li>
  );
}

function YourApps({ apps: { apps, error } }: { apps: Apps }) {
  if (apps === null || error !== null) return null;
  const held = apps.filter(
    ({ suspended, paused, visible }) => suspended !== null || paused === true || visible === false,
  );
  return (
    <section className="card" aria-labelledby="status-apps">
      <h2 id="status-apps">{words.apps}</h2>
      {held.length === 0 ? (
        <p className="hint">{apps.length === 0 ? words.noApps : words.appsFine}</p>
      ) : (
        <ul className="rows">
          {held.map((app) => (
            <li key={app.id}>
              <PageLink className="row app-row" to={appPath(app.id)}>
                <span className="row-text">
                  <strong>{app.name}</strong>
                  <small className="hint">{portal.kinds[app.kind].name}</small>
                </span>
                <AppChips app={app} />
              </PageLink>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
