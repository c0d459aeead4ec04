import { text } from '../../messages';
import { words as files } from '../../messages/files';
import { words as portal } from '../../messages/portal';
import { portalPath } from '../../router';
import { Switch } from '../../ui/Field';
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
import { PasswordForm } from './PasswordForm';
import { ProfileForm } from './ProfileForm';
import { SessionList } from './SessionList';
import { useGrants } from './useGrants';

const words = text.settings;
const themes: Theme[] = ['system', 'light', 'dark'];

export default function SettingsPage() {
  const theme = useTheme();
  const enterSends = useEnterSends();
  const highContrast = useHighContrast();
  const compact = useCompact();
  const connected = useGrants();
  return (
    <PageFrame title={words.title}>
      <section className="card" aria-labelledby="avatar">
        <h2 id="avatar">{files.avatar}</h2>
        <AvatarChoice />
      </section>
      <section className="card" aria-labelledby="profile">
        <h2 id="profile">{words.profile.title}</h2>
        <ProfileForm />
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
        <PasswordForm connected={connected} />
      </section>
      <section className="card" aria-labelledby="sessions">
        <h2 id="sessions">{words.sessions}</h2>
        <SessionList />
      </section>
      <section className="card" aria-labelledby="connected">
        <h2 id="connected">{portal.grants.title}</h2>
        <ConnectedApps connected={connected} />
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
