import { type FormEvent, useState } from 'react';
import { changePassword } from '../../api/account';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import { Field, FormError, Switch } from '../../ui/Field';
import { notify } from '../../ui/notify';
import type { Grants } from './useGrants';

const words = text.settings;

/** Another password, and with it the end of what the old one has opened. */
export function PasswordForm({ connected }: { connected: Grants }) {
  const username = useChatter((state) => state.me?.name ?? '');
  const [disconnects, setDisconnects] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const apps = connected.grants?.length ?? 0;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const revoke = apps > 0 && disconnects;
    setBusy(true);
    setError(null);
    try {
      await changePassword({
        current_password: String(fields.get('current')),
        new_password: String(fields.get('new')),
        revoke_connected_apps: revoke,
      });
      form.reset();
      setDisconnects(false);
      notify(revoke ? words.passwordChangedAlone : words.passwordChanged);
      if (revoke) await connected.reload();
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {/* Password managers need the name to know which entry to update. */}
      <input
        className="visually-hidden"
        name="username"
        autoComplete="username"
        value={username}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <Field
        label={words.currentPassword}
        name="current"
        type="password"
        autoComplete="current-password"
        required
      />
      <Field
        label={words.newPassword}
        hint={text.account.passwordHint}
        name="new"
        type="password"
        autoComplete="new-password"
        minLength={6}
        required
      />
      {apps === 0 ? null : (
        <Switch
          label={text.account.disconnectApps}
          hint={text.account.disconnectAppsHint}
          checked={disconnects}
          onChange={setDisconnects}
        />
      )}
      <FormError message={error} />
      <div>
        <button type="submit" className="button button-primary" disabled={busy}>
          {words.changePassword}
        </button>
      </div>
    </form>
  );
}
