import { toggleReaction } from '../../live/reacting';
import { text } from '../../messages';
import type { Me, Message, Reaction } from '../../store/types';
import { Icon } from '../../ui/Icon';

interface Props {
  message: Message;
  me: Me | null;
  mayReact: boolean;
  tabStop: boolean;
  onReact: (message: Message) => void;
}

/** What is under a message: an emoji, how many chose it, and who, on a closer look. */
export function Reactions({ message, me, mayReact, tabStop, onReact }: Props) {
  return (
    <ul className="reactions" aria-label={text.reactions.list}>
      {message.reactions.map((reaction) => {
        const who = named(reaction, me);
        return (
          <li key={reaction.emoji}>
            <button
              type="button"
              className="reaction"
              aria-pressed={reaction.me}
              aria-label={who}
              title={who}
              // One's own can be taken back where one may not react any more.
              disabled={!mayReact && !reaction.me}
              tabIndex={tabStop ? 0 : -1}
              onClick={() => void toggleReaction(message, reaction.emoji)}
            >
              <span className="reaction-emoji">{reaction.emoji}</span>
              <span className="reaction-count">{reaction.count}</span>
            </button>
          </li>
        );
      })}
      {mayReact ? (
        <li>
          <button
            type="button"
            className="reaction reaction-add"
            aria-label={text.reactions.add}
            title={text.reactions.add}
            tabIndex={tabStop ? 0 : -1}
            onClick={() => onReact(message)}
          >
            <Icon name="smile" size={16} />
          </button>
        </li>
      ) : null}
    </ul>
  );
}

function named({ emoji, users, count }: Reaction, me: Me | null): string {
  const names = users.map((name) => (name === me?.name ? text.reactions.you : name));
  return text.reactions.chip(emoji, count, names);
}
