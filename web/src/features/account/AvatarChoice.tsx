import { useRef, useState } from 'react';
import { explain } from '../../api/client';
import { deleteAvatar, uploadAvatar } from '../../api/files';
import { words } from '../../messages/files';
import { useChatter } from '../../store/store';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { PersonAvatar } from '../presence/PersonAvatar';

/** One's picture: chosen, changed, taken away. Everybody's page hears of it, this one too. */
export function AvatarChoice() {
  const name = useChatter((state) => state.me?.name ?? '');
  const has = useChatter((state) => state.pictures[name] !== undefined);
  const chooser = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function attempt(work: () => Promise<unknown>, said: string) {
    setBusy(true);
    setError(null);
    try {
      await work();
      notify(said);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <>
      <p className="hint">{words.avatarHint}</p>
      <FormError message={error} />
      <div className="avatar-choice">
        <PersonAvatar name={name} size={64} />
        <button type="button" className="button" disabled={busy} onClick={() => chooser.current?.click()}>
          {words.chooseAvatar}
        </button>
        {has ? (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => void attempt(deleteAvatar, words.avatarRemoved)}
          >
            {words.removeAvatar}
          </button>
        ) : null}
        <input
          ref={chooser}
          type="file"
          accept="image/png,image/jpeg,image/gif,image/webp"
          aria-label={words.avatarYours}
          hidden
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file !== undefined) void attempt(() => uploadAvatar(file), words.avatarChanged);
          }}
        />
      </div>
    </>
  );
}
