import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { signIn } from '../../live/session';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import { Dialog } from '../../ui/Dialog';
import { Field, FormError } from '../../ui/Field';
import { SignOutButton } from './SignOutButton';

/** The page stays as it is behind this: whoever signs in again goes on where they were. */
export function ExpiredDialog() {
  const name = useChatter((state) => state.me?.name ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(name, String(fields.get('password') ?? ''));
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={text.account.expiredTitle} onClose={() => {}} modalOnly className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="dialog-text">{text.account.expiredBody}</p>
        <Field label={text.account.username} name="username" value={name} readOnly autoComplete="username" />
        <Field
          label={text.account.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          data-autofocus
        />
        <FormError message={error} />
        <div className="dialog-actions">
          <SignOutButton className="button" onError={() => undefined}>
            {text.account.signOut}
          </SignOutButton>
          <button type="submit" className="button button-primary" disabled={busy}>
            {text.account.signIn}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
