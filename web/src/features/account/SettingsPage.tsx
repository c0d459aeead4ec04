import { type FormEvent, useState } from 'react';
import { changePassword } from '../../api/account';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { words as files } from '../../messages/files';
import { words as portal } from '../../messages/portal';
import { portalPath } from '../../router';
import { useChatter } from '../../store/store';
import { Field, FormError, Switch } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { PageFrame } from '../../ui/PageFrame';
import { PageLink } from '../../ui/PageLink';
import {
  chooseCompact,
  chooseEnterSends,
  chooseHighContrast,
  chooseTheme,
  type Theme,
  useCompact,
  useEnterSends,
  useHighContrast,
  useTheme,
} from '../../ui/preferences';
import { AvatarChoice } from './AvatarChoice';
import { ConnectedApps } from './ConnectedApps';
import { SessionList } from './SessionList';

const words = text.settings;
const themes: Theme[] = ['system', 'light', 'dark'];

export default function SettingsPage() {
  const theme = useTheme();
  const enterSends = useEnterSends();
  const highContrast = useHighContrast();
  const compact = useCompact();
  const name = useChatter((state) => state.me?.name ?? '');
  return (
    <PageFrame title={words.title}>
      <section className="card" aria-labelledby="avatar">
        <h2 id="avatar">{files.avatar}</h2>
        <AvatarChoice />
      </section>
      <section className="card" aria-labelledby="appearance">
        <h2 id="appearance">{words.appearance}</h2>
        <fieldset className="segments">
          <legend className="visually-hidden">{words.theme}</legend>
          {themes.map((choice) => (
            <label key={choice} className="segment">
              <input
                type="radio"
                name="theme"
                className="visually-hidden"
                checked={theme === choice}
                onChange={() => chooseTheme(choice)}
              />
              <span>{words.themes[choice]}</span>
            </label>
          ))}
        </fieldset>
        <Switch
          label={words.highContrast}
          hint={words.highContrastHint}
          checked={highContrast}
          onChange={chooseHighContrast}
        />
        <Switch label={words.compact} hint={words.compactHint} checked={compact} onChange={chooseCompact} />
      </section>
      <section className="card" aria-labelledby="writing">
        <h2 id="writing">{words.writing}</h2>
        <Switch
          label={words.enterSends}
          hint={words.enterSendsHint}
          checked={enterSends}
          onChange={chooseEnterSends}
        />
      </section>
      <section className="card" aria-labelledby="password">
        <h2 id="password">{words.password}</h2>
        <PasswordForm username={name} />
      </section>
      <section className="card" aria-labelledby="sessions">
        <h2 id="sessions">{words.sessions}</h2>
        <SessionList />
      </section>
      <section className="card" aria-labelledby="connected">
        <h2 id="connected">{portal.grants.title}</h2>
        <ConnectedApps />
      </section>
      <section className="card" aria-labelledby="developers">
        <h2 id="developers">{portal.grants.portal}</h2>
        <p className="hint">{portal.grants.portalHint}</p>
        <div>
          <PageLink className="button" to={portalPath}>
            {text.nav.developers}
          </PageLink>
        </div>
      </section>
    </PageFrame>
  );
}

function PasswordForm({ username }: { username: string }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    setBusy(true);
    setError(null);
    try {
      await changePassword(String(fields.get('current')), String(fields.get('new')));
      form.reset();
      notify(words.passwordChanged);
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
      <FormError message={error} />
      <div>
        <button type="submit" className="button button-primary" disabled={busy}>
          {words.changePassword}
        </button>
      </div>
    </form>
  );
}
