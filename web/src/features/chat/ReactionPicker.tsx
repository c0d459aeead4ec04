import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { recentEmoji, toggleReaction } from '../../live/reacting';
import { text } from '../../messages';
import type { Message } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { EMOJI, type Emoji, findEmoji } from './emoji';

interface Props {
  message: Message;
  onClose: () => void;
}

/** Letters to an emoji: Enter takes the first one, arrows walk through them. */
export default function ReactionPicker({ message, onClose }: Props) {
  const [query, setQuery] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const found = findEmoji(query);
  const recent = useMemo(recentlyUsed, []);

  function choose(emoji: string) {
    onClose();
    void toggleReaction(message, emoji);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const buttons = [...(grid.current?.querySelectorAll<HTMLElement>('.emoji') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Enter' && at < 0 && found[0] !== undefined) {
      event.preventDefault();
      choose(found[0].emoji);
      return;
    }
    const step = steps(buttons, at)[event.key];
    // Left and right belong to the text while one is typing.
    if (step === undefined || (at < 0 && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const next = buttons[at + step];
    if (next !== undefined) next.focus();
    else if (event.key === 'ArrowUp') document.querySelector<HTMLElement>('.emoji-find')?.focus();
  }

  const offer = ({ emoji, words }: Emoji) => (
    <button
      key={emoji}
      type="button"
      className="emoji"
      aria-label={words}
      title={words}
      onClick={() => choose(emoji)}
    >
      {emoji}
    </button>
  );

  return (
    <Dialog title={text.reactions.pick} onClose={onClose} className="dialog-small dialog-emoji">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of what is in it */}
      <div className="emoji-picker" onKeyDown={onKeyDown}>
        <input
          className="switcher-input emoji-find"
          aria-label={text.reactions.find}
          placeholder={text.reactions.find}
          value={query}
          data-autofocus
          onChange={(event) => setQuery(event.target.value)}
        />
        <div ref={grid} className="emoji-lists">
          {query === '' && recent.length > 0 ? (
            <fieldset className="emoji-group">
              <legend>{text.reactions.recent}</legend>
              <div className="emoji-grid">{recent.map(offer)}</div>
            </fieldset>
          ) : null}
          <fieldset className="emoji-group">
            <legend>{text.reactions.all}</legend>
            <div className="emoji-grid">{found.map(offer)}</div>
          </fieldset>
        </div>
        {found.length === 0 ? <p className="hint">{text.reactions.none}</p> : null}
      </div>
    </Dialog>
  );
}

function recentlyUsed(): Emoji[] {
  return recentEmoji().map(
    (emoji) => EMOJI.find((known) => known.emoji === emoji) ?? { emoji, words: emoji },
  );
}

/** How far each key goes: a row of the grid is as wide as the screen has it. */
function steps(buttons: HTMLElement[], at: number): Record<string, number> {
  if (at < 0) return { ArrowDown: 1 };
  const top = buttons[at]?.offsetTop;
  const perRow = Math.max(1, buttons.filter((button) => button.offsetTop === top).length);
  return { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
}
