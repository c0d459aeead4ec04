import { text } from '../../messages';
import { navigate } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { SignOutButton } from '../account/SignOutButton';
import { PersonAvatar } from '../presence/PersonAvatar';

/** At the foot of every column: who one is, and what belongs to one. */
export function Account() {
  const me = useChatter((state) => state.me);
  const online = useChatter((state) => state.link.phase === 'online');
  return (
    <footer className="sidebar-foot">
      <PersonAvatar name={me?.name ?? ''} size={36} online={online} />
      <span className="sidebar-me">{me?.name}</span>
      {me?.isAdmin ? (
        <button
          type="button"
          className="icon-button"
          aria-label={text.nav.admin}
          title={text.nav.admin}
          onClick={() => navigate('/admin')}
        >
          <Icon name="admin" />
        </button>
      ) : null}
      <button
        type="button"
        className="icon-button"
        aria-label={text.nav.settings}
        title={text.nav.settings}
        onClick={() => navigate('/settings')}
      >
        <Icon name="settings" />
      </button>
      <SignOutButton className="icon-button" title={text.account.signOut}>
        <Icon name="signOut" />
      </SignOutButton>
    </footer>
  );
}
