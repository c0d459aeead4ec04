import { type FormEvent, useEffect, useId, useState } from 'react';
import { type App, type AppKind, createApp, createOauthApp, type Revealed } from '../../api/apps';
import { explain } from '../../api/client';
import { openServer } from '../../live/servers';
import { words as all } from '../../messages/portal';
import { appPath, navigate } from '../../router';
import { may } from '../../store/permissions';
import { byPosition, serversInOrder } from '../../store/servers';
import { useChatter } from '../../store/store';
import { Field, FormError } from '../../ui/Field';
import { part } from '../../ui/part';
import { AppIcon } from './AppIcon';
import { whyUnfit } from './redirectCheck';
import { reveal } from './secrets';
import type { Apps } from './useApps';

const AddServer = part(() => import('../servers/AddServer'));

const words = all.create;

interface Props {
  kind: AppKind;
  /** Chosen beforehand, by coming from it. */
  server: number | null;
  apps: Apps;
}

/** The second and the last step: where, and what it is called. */
export function CreateApp({ kind, server: wanted, apps }: Props) {
  const servers = useChatter((state) => state.servers);
  const manageable = serversInOrder(servers).filter((entry) => may(entry, 'manage_server'));
  const [chosen, setChosen] = useState<number | null>(wanted);
  const [adding, setAdding] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const needsServer = kind !== 'oauth';
  const server = manageable.find((entry) => entry.id === chosen)?.id ?? manageable[0]?.id ?? null;
  const { name, does, create } = all.kinds[kind];

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const made = await make(kind, server, fields);
      keep(made);
      apps.put(made.app);
      navigate(appPath(made.app.id), 'replace');
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  if (needsServer && servers.listed && server === null) {
    return (
      <section className="nothing">
        <AppIcon kind={kind} size={56} />
        <h1>{words.noServers}</h1>
        <p>{words.noServersHint}</p>
        <button type="button" className="button button-primary" onClick={() => setAdding(true)}>
          {words.addServer}
        </button>
        {adding ? <AddServer onClose={() => setAdding(false)} /> : null}
      </section>
    );
  }
  return (
    <section className="card" aria-labelledby={id}>
      <div className="kind-head">
        <AppIcon kind={kind} />
        <h1 id={id}>{create}</h1>
      </div>
      <p className="hint">{does}</p>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {needsServer ? (
          <div className="field">
            <label htmlFor={`${id}-server`}>{words.server}</label>
            <select
              id={`${id}-server`}
              value={server ?? ''}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {manageable.map((entry) => (
                <option key={entry.id} value={entry.id}>
                  {entry.name}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        {kind === 'webhook' && server !== null ? <ChannelField server={server} /> : null}
        <Field
          label={words.name}
          hint={words.names[kind]}
          name="name"
          defaultValue={kind === 'oauth' ? '' : name}
          maxLength={80}
          required
          autoComplete="off"
          data-autofocus
        />
        {kind === 'widget' ? (
          <Field label={words.description} name="description" maxLength={200} autoComplete="off" />
        ) : null}
        {kind === 'oauth' ? <OauthFields /> : null}
        <FormError message={error} />
        <div>
          <button
            type="submit"
            className="button button-primary"
            disabled={busy || (needsServer && server === null)}
          >
            {words.submit}
          </button>
        </div>
      </form>
    </section>
  );
}

function ChannelField({ server }: { server: number }) {
  const details = useChatter((state) => state.servers.details[server]);
  const id = useId();
  useEffect(() => void openServer(server), [server]);
  const channels = byPosition(details?.channels ?? []);
  return (
    <div className="field">
      <label htmlFor={id}>{words.channel}</label>
      <select id={id} name="channel" required>
        {channels.map((channel) => (
          <option key={channel.id} value={channel.id}>
            #{channel.name}
          </option>
        ))}
      </select>
      {details !== undefined && channels.length === 0 ? (
        <small className="hint">{words.noChannels}</small>
      ) : null}
    </div>
  );
}

function OauthFields() {
  const [problem, setProblem] = useState<string | null>(null);
  const types = ['confidential', 'public'] as const;

  function check(typed: string) {
    const uri = typed.trim();
    const why = uri === '' ? null : whyUnfit(uri);
    setProblem(why === null ? null : all.redirect[why]);
  }

  return (
    <>
      <Field
        label={words.redirect}
        hint={words.redirectHint}
        name="redirect"
        type="url"
        required
        autoComplete="off"
        placeholder="https://app.example.com/callback"
        aria-invalid={problem !== null}
        // Said once one has written it, and taken back while one writes on: nothing may move under a click.
        onBlur={(event) => check(event.target.value)}
        onChange={(event) => {
          if (problem !== null) check(event.target.value);
        }}
      />
      <FormError message={problem} />
      <Field label={words.homepage} name="homepage" type="url" autoComplete="off" />
      <fieldset className="choices">
        <legend>{words.clientType}</legend>
        {types.map((type) => (
          <label key={type} className="choice">
            <input type="radio" name="clientType" value={type} defaultChecked={type === 'confidential'} />
            <span className="switch-text">
              <strong>{words.clientTypes[type].name}</strong>
              <small className="hint">{words.clientTypes[type].hint}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}

function make(kind: AppKind, server: number | null, fields: FormData): Promise<Revealed & { app: App }> {
  const read = (name: string) => String(fields.get(name) ?? '').trim();
  const name = read('name');
  if (kind === 'oauth') {
    const homepage = read('homepage');
    return createOauthApp({
      kind,
      name,
      redirectUris: [read('redirect')],
      clientType: read('clientType') === 'public' ? 'public' : 'confidential',
      requirePkce: true,
      ...(homepage === '' ? {} : { homepage }),
    });
  }
  if (server === null) throw new Error(words.noServers);
  if (kind === 'webhook') return createApp(server, { kind, name, channelId: Number(read('channel')) });
  if (kind === 'integration') return createApp(server, { kind, name });
  const description = read('description');
  return createApp(server, { kind, name, ...(description === '' ? {} : { description }) });
}

/** Into this page's memory, and nowhere else. */
function keep({ app, url, clientSecret }: Revealed & { app: App }): void {
  if (url != null) reveal(app.id, 'url', url);
  if (clientSecret != null) reveal(app.id, 'clientSecret', clientSecret);
}
