import { useState } from 'react';
import type { DocState } from '../../doc-sync/state';
import { words } from '../../messages/editor';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { RescueButtons } from './RescueButtons';

interface Props {
  state: DocState;
  name: string;
  content: () => string;
  onDiscard: () => Promise<void>;
}

/** What is wrong, what becomes of one's words, and how to take them along. */
export function EditorNotice({ state, name, content, onDiscard }: Props) {
  const [discarding, setDiscarding] = useState(false);
  const notice = noticeFor(state);
  if (notice === null) return null;
  const { said, rescue, figure } = notice;
  return (
    <div className="editor-notice">
      <Icon name="warning" size={18} />
      <p role="alert">{said}</p>
      {/* It changes with every letter: to be seen, not to be read out each time. */}
      {figure === undefined ? null : <strong className="editor-notice-figure">{figure}</strong>}
      {rescue ? (
        <div className="editor-notice-actions">
          <RescueButtons name={name} content={content} />
          {state.stuck !== null && state.lost === null ? (
            <button type="button" className="button button-small" onClick={() => setDiscarding(true)}>
              {words.notice.discard}
            </button>
          ) : null}
        </div>
      ) : null}
      {discarding ? (
        <Confirm
          title={words.notice.discardTitle}
          body={words.notice.discardBody}
          action={words.notice.discardAction}
          onConfirm={onDiscard}
          onClose={() => setDiscarding(false)}
        />
      ) : null}
    </div>
  );
}

interface NoticeWords {
  said: string;
  /** One's words are in danger here. */
  rescue: boolean;
  figure?: string;
}

function noticeFor({ lost, stuck, unsaved, over, kept, ready }: DocState): NoticeWords | null {
  const { notice } = words;
  if (lost !== null) {
    if (!ready) return null;
    return { said: unsaved > 0 ? notice.lost(unsaved) : notice.lostSaved, rescue: true };
  }
  if (stuck !== null) return { said: notice[stuck](unsaved), rescue: true };
  if (over > 0) return { said: notice.tooLong(kept), rescue: true, figure: notice.over(over) };
  return kept ? null : { said: notice.inTab, rescue: false };
}
