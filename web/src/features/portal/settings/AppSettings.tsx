import { startTransition, useOptimistic, useState } from 'react';
import { type App, type AppChange, changeApp, deleteApp } from '../../../api/apps';
import { explain } from '../../../api/client';
import { pinWidget, unpinWidget } from '../../../api/widgets';
import { words as all } from '../../../messages/portal';
import { navigate, portalPath } from '../../../router';
import { Confirm } from '../../../ui/Confirm';
import { FormError, Switch } from '../../../ui/Field';
import { notify } from '../../../ui/notify';
import { RotateCard } from '../RotateCard';
import type { Apps } from '../useApps';
import { DetailsForm } from './DetailsForm';
import { Signing } from './Signing';

const words = all.settings;

interface Props {
  app: App;
  apps: Apps;
}

export default function AppSettings({ app, apps }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { put } = apps;
  const [shown, setShown] = useOptimistic(app);
  const { kind } = app;

  /** What is chosen is shown at once, and taken back if the server says no. */
  const carryOut = (guess: Partial<App>, work: () => Promise<App>) =>
    startTransition(async () => {
      setShown({ ...app, ...guess });
      await attempt(work);
    });

  async function attempt(work: () => Promise<App>) {
    setBusy(true);
    setError(null);
    try {
      put(await work());
      notify(words.saved);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  const change = (what: AppChange, guess: Partial<App> = {}) =>
    carryOut(guess, () => changeApp(app.id, what));

  return (
    <>
      <section className="card" aria-label={all.tabs.settings}>
        <FormError message={error} />
        <DetailsForm key={app.name} app={app} busy={busy} onSave={(what) => change(what)} />
        {kind === 'widget' ? (
          <>
            <Switch
              label={words.visibility}
              hint={words.visibilityHint}
              checked={shown.visible !== false}
              disabled={busy}
              onChange={(visible) => change({ visible }, { visible })}
            />
            <Switch
              label={words.pin}
              hint={words.pinHint}
              checked={shown.pinned === true}
              disabled={busy || app.visible === false}
              onChange={(pinned) =>
                carryOut({ pinned }, async () => {
                  await (pinned ? pinWidget : unpinWidget)(app.serverId ?? 0, app.id);
                  return { ...app, pinned };
                })
              }
            />
          </>
        ) : null}
        {kind === 'webhook' ? (
          <Switch
            label={words.mentionEveryone}
            hint={words.mentionEveryoneHint}
            checked={shown.mentionEveryone === true}
            disabled={busy}
            onChange={(mentionEveryone) => change({ mentionEveryone }, { mentionEveryone })}
          />
        ) : null}
        {kind === 'oauth' && app.clientType !== 'public' ? (
          <Switch
            label={words.requirePkce}
            hint={words.requirePkceHint}
            checked={shown.requirePkce === true}
            disabled={busy}
            onChange={(requirePkce) => change({ requirePkce }, { requirePkce })}
          />
        ) : null}
      </section>
      {kind === 'webhook' ? <Signing app={app} onChanged={put} /> : null}
      {kind === 'integration' || app.clientType === 'public' ? null : (
        <section className="card" aria-label={words.rotate}>
          <h2>{words.rotate}</h2>
          <p className="hint">{words.rotateHint}</p>
          <RotateCard app={app} />
        </section>
      )}
      <section className="card card-danger" aria-label={words.danger}>
        <h2>{words.danger}</h2>
        <p className="hint">{words.deleteHint[kind]}</p>
        <div>
          <button type="button" className="button button-danger-quiet" onClick={() => setDeleting(true)}>
            {words.delete}
          </button>
        </div>
      </section>
      {deleting ? (
        <Confirm
          title={words.deleteTitle(app.name)}
          body={`${words.deleteHint[kind]} ${words.deleteBody}`}
          action={words.delete}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deleteApp(app.id);
            navigate(portalPath, 'replace');
            apps.remove(app.id);
            notify(words.deleted(app.name));
          }}
        />
      ) : null}
    </>
  );
}
