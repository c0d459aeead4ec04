import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { createGroup, joinGroup } from '../../api/gdm';
import { relist } from '../../live/listing';
import { requestSync } from '../../live/sync';
import { text } from '../../messages';
import { conversationPath, navigate } from '../../router';
import { Dialog } from '../../ui/Dialog';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { PeoplePicker } from '../presence/PeoplePicker';

const words = text.people;

export default function NewConversation({ onClose }: { onClose: () => void }) {
  const [selected, setSelected] = useState<string[]>([]);
  const [name, setName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [only] = selected;

  function open(id: string) {
    onClose();
    navigate(conversationPath(id));
  }

  async function create() {
    setBusy(true);
    setError(null);
    try {
      const group = await createGroup(name.trim(), selected);
      relist();
      void requestSync();
      open(`gdm:${group.id}`);
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="hint">{words.choose}</p>
      <PeoplePicker selected={selected} onChange={setSelected} />
      {selected.length === 0 ? null : (
        <div className="stack">
          {selected.length === 1 && only !== undefined ? (
            <button
              type="button"
              className="button button-primary button-wide"
              onClick={() => open(`dm:${only}`)}
            >
              {words.message(only)}
            </button>
          ) : null}
          <Field
            label={words.groupName}
            hint={words.groupNameHint}
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.target.value)}
          />
          <button
            type="button"
            className={selected.length === 1 ? 'button button-wide' : 'button button-primary button-wide'}
            disabled={busy}
            onClick={() => void create()}
          >
            {words.createGroup(selected.length)}
          </button>
        </div>
      )}
      <FormError message={error} />
      <hr />
      <JoinForm onJoined={open} />
    </Dialog>
  );
}

function JoinForm({ onJoined }: { onJoined: (id: string) => void }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('code') ?? '').trim();
    // People paste the whole link as often as the code.
    const code = typed.slice(typed.lastIndexOf('/') + 1);
    setBusy(true);
    setError(null);
    try {
      const group = await joinGroup(code);
      relist();
      void requestSync();
      notify(text.gdm.joined);
      onJoined(`gdm:${group.thread_id}`);
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <form className="inline-form" onSubmit={(event) => void submit(event)}>
      <Field label={words.joinTitle} name="code" placeholder={words.code} autoComplete="off" required />
      <button type="submit" className="button" disabled={busy}>
        {words.join}
      </button>
      <FormError message={error} />
    </form>
  );
}
