import { type FormEvent, useEffect, useState } from 'react';
import { changeSettings, whoAmI } from '../../api/account';
import { explain } from '../../api/client';
import type { Schema } from '../../api/types';
import { text } from '../../messages';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';

const words = text.settings.profile;
const presences = ['', 'idle', 'dnd', 'offline'] as const;

/** What others see of one, and where mail reaches one. Only what was changed is sent. */
export function ProfileForm() {
  const [me, setMe] = useState<Schema<'WhoAmI'> | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    whoAmI().then(setMe, (reason) => setError(explain(reason)));
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>, before: Schema<'WhoAmI'>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const changed = (name: string, old: string | null | undefined) => {
      const value = String(fields.get(name) ?? '').trim();
      return value === (old ?? '') ? undefined : value;
    };
    const status = changed('status', before.status);
    const name = changed('username', before.username);
    setBusy(true);
    setError(null);
    try {
      await changeSettings({
        new_username: name,
        bio: changed('bio', before.bio),
        status,
        presence: changed('presence', before.presence),
        email: changed('email', before.email),
      });
      // Every conversation has the name in it: this page begins anew with the new one.
      if (name !== undefined) window.location.reload();
      else setMe(await whoAmI());
      notify(words.saved);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  if (me === null) return <FormError message={error} />;
  return (
    <form className="stack" onSubmit={(event) => void submit(event, me)}>
      <Field
        label={text.account.username}
        hint={text.account.usernameHint}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={me.username ?? ''}
        maxLength={20}
        required
      />
      <div className="field">
        <label htmlFor="presence">{words.presence}</label>
        <select id="presence" name="presence" defaultValue={me.presence === 'online' ? '' : me.presence}>
          {presences.map((presence) => (
            <option key={presence} value={presence}>
              {words.presences[presence]}
            </option>
          ))}
        </select>
      </div>
      <Field
        label={words.status}
        hint={words.statusHint}
        name="status"
        defaultValue={me.status}
        maxLength={100}
      />
      <div className="field">
        <label htmlFor="bio">{words.bio}</label>
        <textarea id="bio" name="bio" rows={3} maxLength={300} defaultValue={me.bio} />
      </div>
      <Field
        label={text.account.email}
        hint={words.emailHint}
        name="email"
        type="email"
        autoComplete="email"
        defaultValue={me.email ?? ''}
      />
      <FormError message={error} />
      <div>
        <button type="submit" className="button button-primary" disabled={busy}>
          {words.save}
        </button>
      </div>
    </form>
  );
}
