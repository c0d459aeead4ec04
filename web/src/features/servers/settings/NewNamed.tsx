import type { FormEvent } from 'react';
import { Field } from '../../../ui/Field';

interface Props {
  label: string;
  action: string;
  busy: boolean;
  /** False keeps what was written. */
  onCreate: (name: string) => Promise<boolean>;
}

/** Makes one more of what is listed below it; all it takes is a name. */
export function NewNamed({ label, action, busy, onCreate }: Props) {
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get('name') ?? '').trim();
    if (await onCreate(name)) form.reset();
  }

  return (
    <form className="inline-form" onSubmit={(event) => void submit(event)}>
      <Field label={label} name="name" maxLength={100} required autoComplete="off" />
      <button type="submit" className="button button-primary" disabled={busy}>
        {action}
      </button>
    </form>
  );
}
