import { type FormEvent, useId, useState } from 'react';
import { changeServer, deleteServer } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { navigate } from '../../../router';
import { serverGone } from '../../../store/servers';
import { update, useChatter } from '../../../store/store';
import { Confirm } from '../../../ui/Confirm';
import { Field, FormError } from '../../../ui/Field';
import { notify } from '../../../ui/notify';
import { displayName } from '../memberList';
import { useMembers } from '../useMembers';
import type { SectionProps } from './ServerSettings';
import { useWork } from './useWork';

const words = all.settings;

/** The name of a server; and for its owner whose it is, and its end. */
export default function Overview({ details }: SectionProps) {
  const { id, name, ownerId } = details.server;
  const owns = useChatter((state) => state.me?.id === ownerId);
  const { error, busy, carryOut } = useWork(id);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const next = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    void carryOut(() => changeServer(id, { name: next }));
  }

  return (
    <>
      <FormError message={error} />
      <form className="inline-form" onSubmit={submit}>
        <Field
          key={name}
          label={words.name}
          name="name"
          defaultValue={name}
          maxLength={100}
          required
          autoComplete="off"
        />
        <button type="submit" className="button button-primary" disabled={busy}>
          {words.save}
        </button>
      </form>
      {owns ? <Ownership details={details} /> : null}
    </>
  );
}

function Ownership({ details }: SectionProps) {
  const { id, name } = details.server;
  const me = useChatter((state) => state.me?.id ?? 0);
  const { members } = useMembers(id);
  const [heir, setHeir] = useState<number | null>(null);
  const [step, setStep] = useState<'transfer' | 'delete' | null>(null);
  const field = useId();
  const others = (members ?? []).filter(({ userId }) => userId !== me);
  const chosen = others.find(({ userId }) => userId === heir);

  return (
    <>
      {others.length === 0 ? null : (
        <section className="stack" aria-label={words.transfer}>
          <hr />
          <h3>{words.transfer}</h3>
          <p className="hint">{words.transferHint}</p>
          <div className="inline-form">
            <div className="field">
              <label htmlFor={field}>{words.transferTo}</label>
              <select id={field} value={heir ?? ''} onChange={(event) => setHeir(Number(event.target.value))}>
                <option value="" disabled>
                  {words.chooseHeir}
                </option>
                {others.map((member) => (
                  <option key={member.userId} value={member.userId}>
                    {displayName(member)}
                  </option>
                ))}
              </select>
            </div>
            <button
              type="button"
              className="button"
              disabled={chosen === undefined}
              onClick={() => setStep('transfer')}
            >
              {words.transferAction}
            </button>
          </div>
        </section>
      )}
      <section className="stack" aria-label={words.delete}>
        <hr />
        <h3>{words.delete}</h3>
        <p className="hint">{words.deleteBody}</p>
        <div>
          <button type="button" className="button button-danger-quiet" onClick={() => setStep('delete')}>
            {words.delete}
          </button>
        </div>
      </section>
      {step === 'transfer' && chosen !== undefined ? (
        <Confirm
          title={words.transferTitle(displayName(chosen))}
          body={words.transferBody}
          action={words.transferAction}
          onClose={() => setStep(null)}
          onConfirm={async () => {
            await changeServer(id, { ownerId: chosen.userId });
            notify(words.saved);
          }}
        />
      ) : null}
      {step === 'delete' ? (
        <Confirm
          title={words.deleteTitle(name)}
          body={words.deleteBody}
          action={words.delete}
          onClose={() => setStep(null)}
          onConfirm={async () => {
            await deleteServer(id);
            navigate('/chat', 'replace');
            update((state) => serverGone(state, id));
            notify(words.deleted(name));
          }}
        />
      ) : null}
    </>
  );
}
