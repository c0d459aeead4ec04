import { type FormEvent, useEffect, useState } from 'react';
import { resetPassword } from '../../api/account';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { forgotPath, navigate, resetPath, signInPath, useLocation } from '../../router';
import { Field, FormError, Switch } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { Welcome } from './Welcome';

const words = text.account;

/** Another password, for who came by the link in a letter. */
export default function ResetPage() {
  const { query } = useLocation();
  const [{ username, token }] = useState({
    username: query.get('username') ?? '',
    token: query.get('token') ?? '',
  });
  const [disconnects, setDisconnects] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  // What opens the account is neither to be seen nor to be found in the history.
  useEffect(() => navigate(resetPath, 'replace'), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    setBusy(true);
    setError(null);
    try {
      await resetPassword({ username, token, password, revoke_connected_apps: disconnects });
      setDone(true);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  if (username === '' || token === '') {
    return (
      <Welcome title={words.resetTitle}>
        <p role="alert">{words.resetLinkBroken}</p>
        <p className="welcome-switch">
          <PageLink to={forgotPath}>{words.askAgain}</PageLink>
        </p>
      </Welcome>
    );
  }
  return (
    <Welcome title={words.resetTitle}>
      {done ? (
        <p role="status">{disconnects ? words.resetDoneAlone : words.resetDone}</p>
      ) : (
        <form onSubmit={(event) => void submit(event)} className="stack">
          <Field label={words.username} name="username" autoComplete="username" value={username} readOnly />
          <Field
            label={words.newPassword}
            hint={words.passwordHint}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={6}
            required
          />
          <Switch
            label={words.disconnectApps}
            hint={words.disconnectAppsHint}
            checked={disconnects}
            onChange={setDisconnects}
          />
          <FormError message={error} />
          <button type="submit" className="button button-primary button-wide" disabled={busy}>
            {words.setPassword}
          </button>
        </form>
      )}
      <p className="welcome-switch">
        {done ? (
          // The session of this very browser has ended as well.
          <a href={signInPath}>{words.signIn}</a>
        ) : (
          <PageLink to={forgotPath}>{words.askAgain}</PageLink>
        )}
      </p>
    </Welcome>
  );
}
