import { useState } from 'react';
import type { DocState } from '../../doc-sync/state';
import { words as docWords } from '../../messages/docs';
import { words } from '../../messages/editor';
import { documentsPath } from '../../router';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
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
  const isLost = state.lost !== null;
  return (
    <div className="editor-notice">
      <Icon name="warning" size={18} />
      {/* It changes with every letter: to be seen, not to be read out each time. */}
      {figure === undefined ? null : <strong>{figure}</strong>}
      <p role="alert">{said}</p>
      {rescue || isLost ? (
        <div className="editor-notice-actions">
          {rescue ? <RescueButtons name={name} content={content} /> : null}
          {isLost ? (
            <PageLink className="button button-small" to={documentsPath}>
              {docWords.toList}
            </PageLink>
          ) : null}
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
    if (!ready) return { said: notice[lost], rescue: false };
    const saved = unsaved > 0 ? notice.lost(unsaved) : notice.lostSaved;
    return { said: `${notice[lost]} ${saved}`, rescue: true };
  }
  if (stuck !== null) return { said: notice[stuck](unsaved), rescue: true };
  if (over > 0) return { said: notice.tooLong(kept), rescue: true, figure: notice.over(over) };
  return kept ? null : { said: notice.inTab, rescue: false };
}
