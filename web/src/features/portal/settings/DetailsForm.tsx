import type { FormEvent } from 'react';
import type { App, AppChange } from '../../../api/apps';
import { words as all } from '../../../messages/portal';
import { byPosition } from '../../../store/servers';
import { useChatter } from '../../../store/store';
import { Field } from '../../../ui/Field';

const words = all.settings;

interface DetailsProps {
  app: App;
  busy: boolean;
  onSave: (change: AppChange) => void;
}

/** What an app is called, where it posts, and whatever else can be written about it. */
export function DetailsForm({ app, busy, onSave }: DetailsProps) {
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
      ...(kind === 'webhook' ? { allowedNetworks: networks(read('networks')) } : {}),
      ...(kind === 'oauth'
        ? {
            homepage: read('homepage') || null,
            redirectUris: lines(read('redirects')),
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
      {kind === 'webhook' ? (
        <div className="field">
          <label htmlFor="app-networks">{words.networks}</label>
          <textarea
            id="app-networks"
            name="networks"
            rows={2}
            defaultValue={(app.allowedNetworks ?? []).join('\n')}
            spellCheck={false}
          />
          <small className="hint">{words.networksHint}</small>
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

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** None named is any. */
function networks(text: string): string[] | null {
  const named = lines(text);
  return named.length === 0 ? null : named;
}
