import { type FormEvent, useState } from 'react';
import * as account from '../../api/account';
import { ApiError, explain } from '../../api/client';
import { signIn } from '../../live/session';
import { text } from '../../messages';
import { forgotPath, navigate, useLocation } from '../../router';
import { Field, FormError } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { Welcome } from './Welcome';

const words = text.account;

export function SignInPage({ registering }: { registering: boolean }) {
  const { query } = useLocation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [needsToken, setNeedsToken] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const read = (name: string) => String(fields.get(name) ?? '');
    const username = read('username').trim();
    setBusy(true);
    setError(null);
    try {
      if (registering) {
        await account.register({
          username,
          password: read('password'),
          ...(read('email') === '' ? {} : { email: read('email') }),
          ...(read('setup_token') === '' ? {} : { setup_token: read('setup_token') }),
        });
      }
      await signIn(username, read('password'));
    } catch (reason) {
      if (reason instanceof ApiError && reason.code.includes('setup_token')) setNeedsToken(true);
      setError(explain(reason));
      setBusy(false);
    }
  }

  function change() {
    setError(null);
    const search = query.size > 0 ? `?${query}` : '';
    navigate((registering ? '/login' : '/register') + search);
  }

  return (
    <Welcome title={registering ? words.registerTitle : words.signInTitle}>
      <form onSubmit={(event) => void submit(event)} className="stack">
        <Field
          label={words.username}
          hint={registering ? words.usernameHint : undefined}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={20}
        />
        {registering ? <Field label={words.email} name="email" type="email" autoComplete="email" /> : null}
        <Field
          label={words.password}
          hint={registering ? words.passwordHint : undefined}
          name="password"
          type="password"
          autoComplete={registering ? 'new-password' : 'current-password'}
          minLength={registering ? 6 : undefined}
          required
        />
        {registering && needsToken ? (
          <Field label={words.setupToken} hint={words.setupTokenHint} name="setup_token" autoComplete="off" />
        ) : null}
        <FormError message={error} />
        <button type="submit" className="button button-primary button-wide" disabled={busy}>
          {registering ? words.register : words.signIn}
        </button>
      </form>
      <p className="welcome-switch">
        {registering ? words.toSignIn : words.toRegister}{' '}
        <button type="button" className="text-button" onClick={change}>
          {registering ? words.signIn : words.register}
        </button>
      </p>
      {registering ? null : (
        <p className="welcome-switch">
          <PageLink to={forgotPath}>{words.forgot}</PageLink>
        </p>
      )}
    </Welcome>
  );
}
