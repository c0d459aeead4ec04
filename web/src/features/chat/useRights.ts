import { isLocked, may } from '../../store/permissions';
import { channelIn } from '../../store/servers';
import { useChatter } from '../../store/store';
import type { Me, Message } from '../../store/types';

/** What can be offered over a message. In a server its roles say so, elsewhere the role in the whole house. */
export function useRights(message: Message, me: Me | null, own: boolean) {
  const inServer = useChatter((state) => state.conversations[message.conversation]?.kind === 'channel');
  const moderates = useChatter((state) =>
    may(channelIn(state, state.conversations[message.conversation]), 'manage_messages'),
  );
  const reacts = useChatter((state) =>
    may(channelIn(state, state.conversations[message.conversation]), 'add_reactions'),
  );
  const mayPin = useChatter((state) => {
    const { kind, owner } = state.conversations[message.conversation] ?? {};
    if (state.settings.MC_PIN_MESSAGE === '0') return false;
    const byRole = me?.isAdmin === true || me?.isSuperadmin === true;
    return kind === 'public' ? byRole : kind === 'gdm' && (byRole || (owner != null && owner === me?.name));
  });
  const locked = useChatter((state) => isLocked(channelIn(state, state.conversations[message.conversation])));
  if (inServer) {
    return { mayEdit: own && !locked, mayDelete: own || moderates, mayReact: reacts && !locked, mayPin };
  }
  return {
    mayEdit: own || me?.isSuperadmin === true,
    mayDelete: own || me?.isAdmin === true,
    mayReact: true,
    mayPin,
  };
}
