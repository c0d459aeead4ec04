import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { renameDoc } from '../../api/doc';
import { words } from '../../messages/docs';
import { docRenamed } from '../../store/docs';
import { update } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { notifyError } from '../../ui/notify';
import { explainDoc } from './explain';
import { MAX_NAME } from './limits';

interface Props {
  entry: DocEntry;
  renaming: boolean;
  onRename: (renaming: boolean) => void;
  /** What stands below the name. */
  children: ReactNode;
}

/** The name as the heading of the page; its creator changes it in place, where there is the place. */
export function DocTitle({ entry, renaming, onRename, children }: Props) {
  const [busy, setBusy] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);

  function stop() {
    onRename(false);
    // The button is not there before the next frame is drawn.
    requestAnimationFrame(() => opener.current?.focus());
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (wanted === entry.name) return stop();
    setBusy(true);
    try {
      await renameDoc(entry.id, wanted);
      update((state) => docRenamed(state, entry.id, wanted));
      stop();
    } catch (reason) {
      notifyError(explainDoc(reason));
    }
    setBusy(false);
  }

  if (renaming) {
    return (
      <form className="doc-rename" onSubmit={(event) => void submit(event)}>
        <h1 className="visually-hidden">{entry.name}</h1>
        <input
          name="name"
          aria-label={words.name}
          defaultValue={entry.name}
          maxLength={MAX_NAME}
          autoComplete="off"
          required
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed
          autoFocus
          onFocus={(event) => event.target.select()}
          onKeyDown={(event) => {
            if (event.key === 'Escape') stop();
          }}
        />
        <button
          type="submit"
          className="icon-button icon-button-accent"
          aria-label={words.rename.done}
          title={words.rename.done}
          disabled={busy}
        >
          <Icon name="check" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.rename.cancel}
          title={words.rename.cancel}
          onClick={stop}
        >
          <Icon name="close" />
        </button>
      </form>
    );
  }
  return (
    <div className="conversation-title doc-title">
      <div className="doc-title-line">
        <h1 title={entry.name}>{entry.name}</h1>
        {entry.role === 'creator' ? (
          <button
            ref={opener}
            type="button"
            className="icon-button not-narrow"
            aria-label={words.rename.title}
            title={words.rename.title}
            onClick={() => onRename(true)}
          >
            <Icon name="edit" size={18} />
          </button>
        ) : null}
      </div>
      <p>{children}</p>
    </div>
  );
}
