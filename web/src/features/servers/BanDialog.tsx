import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { words as all } from '../../messages/servers';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';

const words = all.member;

interface Props {
  name: string;
  /** Throws to keep the dialog open and show why. */
  onBan: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Banning asks for the reason: the audit log keeps it. */
export function BanDialog({ name, onBan, onClose }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      await onBan(reason);
    } catch (problem) {
      setError(explain(problem));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.banTitle(name)} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="dialog-text">{words.banBody}</p>
        <Field label={words.reason} name="reason" maxLength={512} autoComplete="off" data-autofocus />
        <FormError message={error} />
        <DialogActions action={words.ban} danger disabled={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
