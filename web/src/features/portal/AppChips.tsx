import type { App } from '../../api/apps';
import { words as all } from '../../messages/portal';

const words = all.list;

/** What is special about an app at the moment; nothing about most. */
export function AppChips({ app }: { app: App }) {
  return (
    <>
      {app.pinned ? <span className="chip">{words.pinned}</span> : null}
      {app.visible === false ? <span className="chip chip-quiet">{words.hidden}</span> : null}
      {app.paused ? <span className="chip chip-danger">{words.paused}</span> : null}
      {app.suspended === null ? null : <span className="chip chip-danger">{words.suspended}</span>}
    </>
  );
}
