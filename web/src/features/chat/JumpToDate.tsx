import type { FormEvent } from 'react';
import { text } from '../../messages';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field } from '../../ui/Field';

interface Props {
  /** `from` is when the day begins, here (ms). */
  onJump: (from: number) => void;
  onClose: () => void;
}

/** To what was written on a day. */
export default function JumpToDate({ onJump, onClose }: Props) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const day = String(new FormData(event.currentTarget).get('day') ?? '');
    onClose();
    onJump(new Date(`${day}T00:00`).getTime());
  }

  return (
    <Dialog title={text.chat.jumpToDate} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={submit}>
        <Field label={text.chat.date} name="day" type="date" max={today()} required data-autofocus />
        <DialogActions action={text.chat.dateJump} disabled={false} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** As a field for dates has it, in the reader's zone. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
