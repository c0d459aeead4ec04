import { type FormEvent, useState } from 'react';
import { requestReset } from '../../api/account';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { signInPath } from '../../router';
import { Field, FormError } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { Welcome } from './Welcome';

const words = text.account;

/** Asks for a link to set another password; where it goes, only the account's own mailbox knows. */
export default function ForgotPage() {
  const [answer, setAnswer] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await requestReset(String(fields.get('username')).trim(), String(fields.get('email')).trim());
      setAnswer(words.resetRequested);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <Welcome title={words.forgotTitle}>
      {answer === null ? (
        <form onSubmit={(event) => void submit(event)} className="stack">
          <Field
            label={words.username}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={20}
          />
          <Field
            label={words.accountEmail}
            hint={words.accountEmailHint}
            name="email"
            type="email"
            autoComplete="email"
            required
          />
          <FormError message={error} />
          <button type="submit" className="button button-primary button-wide" disabled={busy}>
            {words.sendLink}
          </button>
        </form>
      ) : (
        <p role="status">{answer}</p>
      )}
      <p className="welcome-switch">
        <PageLink to={signInPath}>{words.backToSignIn}</PageLink>
      </p>
    </Welcome>
  );
}
