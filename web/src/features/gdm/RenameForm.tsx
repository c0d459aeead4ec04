import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { renameGroup } from '../../api/gdm';
import { relist } from '../../live/listing';
import { text } from '../../messages';
import { Field, FormError } from '../../ui/Field';

interface Props {
  tid: number;
  name: string;
  editable: boolean;
}

export function RenameForm({ tid, name, editable }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (wanted === '' || wanted === name) return;
    setBusy(true);
    setError(null);
    try {
      await renameGroup(tid, wanted);
      relist();
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  if (!editable) return <p className="group-name">{name}</p>;
  return (
    <form className="inline-form" onSubmit={(event) => void submit(event)}>
      <Field
        label={text.people.groupName}
        name="name"
        defaultValue={name}
        key={name}
        maxLength={60}
        required
      />
      <button type="submit" className="button" disabled={busy}>
        {text.gdm.rename}
      </button>
      <FormError message={error} />
    </form>
  );
}
