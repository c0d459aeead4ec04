import { text } from '../../messages';
import type { Reply } from '../../store/types';
import { Icon } from '../../ui/Icon';

interface Props {
  reply: Reply;
  onJump?: (id: number) => Promise<void>;
}

export function ReplyQuote({ reply, onJump }: Props) {
  return (
    <button
      type="button"
      className="reply-quote"
      tabIndex={-1}
      aria-label={`${text.message.inReplyTo(reply.author)}: ${reply.snippet}`}
      onClick={() => void onJump?.(reply.id)}
    >
      <Icon name="reply" size={14} />
      <strong>{reply.author || text.message.replyGone}</strong>
      <span>{reply.snippet}</span>
    </button>
  );
}
