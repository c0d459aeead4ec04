import { useEffect, useRef } from 'react';
import { text } from '../messages';
import { noticeDismissed } from '../store/notices';
import { update, useChatter } from '../store/store';
import type { Notice } from '../store/types';
import { Icon } from './Icon';

const SHOWN_MS = 6000;

export function Notices() {
  const notices = useChatter((state) => state.notices);
  const frame = useRef<HTMLDivElement>(null);
  const newest = notices.at(-1)?.id;

  useEffect(() => frame.current?.showPopover(), []);

  // A dialog that was opened since lies above: what has just been done in it should not be told behind it.
  useEffect(() => {
    if (newest === undefined || document.querySelector('dialog[open]') === null) return;
    frame.current?.hidePopover();
    frame.current?.showPopover();
  }, [newest]);

  return (
    <div ref={frame} popover="manual" className="notices" role="status" aria-live="polite">
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { id } = notice;
  useEffect(() => {
    const timer = setTimeout(() => update((state) => noticeDismissed(state, id)), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={`notice notice-${notice.tone}`}>
      <Icon name={notice.tone === 'error' ? 'warning' : 'info'} />
      <span>{notice.text}</span>
      <button
        type="button"
        className="icon-button"
        aria-label={text.notices.dismiss}
        onClick={() => update((state) => noticeDismissed(state, id))}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
