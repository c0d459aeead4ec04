import { type FormEvent, useState } from 'react';
import { type App, type AppChange, changeApp, deleteApp } from '../../../api/apps';
import { explain } from '../../../api/client';
import { pinWidget, unpinWidget } from '../../../api/widgets';
import { words as all } from '../../../messages/portal';
import { navigate, portalPath } from '../../../router';
import { byPosition } from '../../../store/servers';
import { useChatter } from '../../../store/store';
import { Confirm } from '../../../ui/Confirm';
import { Field, FormError, Switch } from '../../../ui/Field';
import { notify } from '../../../ui/notify';
import { RotateCard } from '../RotateCard';
import { forgetSecret } from '../secrets';
import type { Apps } from '../useApps';

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
  const { kind } = app;

  async function carryOut(work: () => Promise<App>) {
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

  const change = (what: AppChange) => void carryOut(() => changeApp(app.id, what));

  return (
    <>
      <section className="card" aria-label={all.tabs.settings}>
        <FormError message={error} />
        <DetailsForm key={app.name} app={app} busy={busy} onSave={change} />
        {kind === 'widget' ? (
          <>
            <Switch
              label={words.visibility}
              hint={words.visibilityHint}
              checked={app.visible !== false}
              disabled={busy}
              onChange={(visible) => change({ visible })}
            />
            <Switch
              label={words.pin}
              hint={words.pinHint}
              checked={app.pinned === true}
              disabled={busy || app.visible === false}
              onChange={(pinned) =>
                void carryOut(async () => {
                  await (pinned ? pinWidget : unpinWidget)(app.serverId ?? 0, app.id);
                  return { ...app, pinned };
                })
              }
            />
          </>
        ) : null}
        {kind === 'oauth' && app.clientType !== 'public' ? (
          <Switch
            label={words.requirePkce}
            hint={words.requirePkceHint}
            checked={app.requirePkce === true}
            disabled={busy}
            onChange={(requirePkce) => change({ requirePkce })}
          />
        ) : null}
      </section>
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
            forgetSecret(app.id);
            navigate(portalPath, 'replace');
            apps.remove(app.id);
            notify(words.deleted(app.name));
          }}
        />
      ) : null}
    </>
  );
}

interface DetailsProps {
  app: App;
  busy: boolean;
  onSave: (change: AppChange) => void;
}

function DetailsForm({ app, busy, onSave }: DetailsProps) {
  const { kind } = app;
  const channels = useChatter((state) => state.servers.details[app.serverId ?? 0]?.channels);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const read = (name: string) => String(fields.get(name) ?? '').trim();
    onSave({
      name: read('name'),
      ...(kind === 'widget' ? { description: read('description') || null } : {}),
      ...(kind === 'webhook' && fields.has('channel') ? { channelId: Number(read('channel')) } : {}),
      ...(kind === 'oauth'
        ? {
            homepage: read('homepage') || null,
            redirectUris: read('redirects')
              .split('\n')
              .map((uri) => uri.trim())
              .filter((uri) => uri !== ''),
          }
        : {}),
    });
  }

  return (
    <form className="stack" onSubmit={submit}>
      <Field
        label={words.name}
        name="name"
        defaultValue={app.name}
        maxLength={80}
        required
        autoComplete="off"
      />
      {kind === 'widget' ? (
        <Field
          label={words.description}
          name="description"
          defaultValue={app.description ?? ''}
          maxLength={200}
          autoComplete="off"
        />
      ) : null}
      {kind === 'webhook' && channels !== undefined ? (
        <div className="field">
          <label htmlFor="app-channel">{words.channel}</label>
          <select id="app-channel" name="channel" defaultValue={app.channelId ?? undefined}>
            {byPosition(channels).map((channel) => (
              <option key={channel.id} value={channel.id}>
                #{channel.name}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      {kind === 'oauth' ? (
        <>
          <Field
            label={words.homepage}
            name="homepage"
            type="url"
            defaultValue={app.homepage ?? ''}
            autoComplete="off"
          />
          <div className="field">
            <label htmlFor="app-redirects">{words.redirects}</label>
            <textarea
              id="app-redirects"
              name="redirects"
              rows={4}
              defaultValue={(app.redirectUris ?? []).join('\n')}
              spellCheck={false}
              required
            />
            <small className="hint">{words.redirectsHint}</small>
          </div>
        </>
      ) : null}
      <div>
        <button type="submit" className="button button-primary" disabled={busy}>
          {words.save}
        </button>
      </div>
    </form>
  );
}
