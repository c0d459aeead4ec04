import { useChatter } from '../../store/store';
import { ConversationView } from './ConversationView';
import { NothingOpen } from './NothingOpen';

export function ChatPage({ openId }: { openId: string | null }) {
  const ready = useChatter((state) => state.ready);
  const known = useChatter((state) => openId !== null && state.conversations[openId] !== undefined);
  return openId !== null && known ? (
    <ConversationView key={openId} id={openId} />
  ) : (
    <NothingOpen missing={ready && openId !== null} loading={!ready} />
  );
}
