import { useChatter } from '../../store/store';
import { ConversationView } from './ConversationView';
import { NothingOpen } from './NothingOpen';

interface Props {
  openId: string | null;
  onSearch: () => void;
}

export function ChatPage({ openId, onSearch }: Props) {
  const ready = useChatter((state) => state.ready);
  const known = useChatter((state) => openId !== null && state.conversations[openId] !== undefined);
  return openId !== null && known ? (
    <ConversationView key={openId} id={openId} onSearch={onSearch} />
  ) : (
    <NothingOpen missing={ready && openId !== null} loading={!ready} />
  );
}
