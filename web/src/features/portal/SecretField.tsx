import { useId } from 'react';
import { words as all } from '../../messages/portal';

const words = all.secret.paste;

interface Props {
  label: string;
  value: string;
  problem?: string | null;
  onChange: (value: string) => void;
}

/** For a secret that is not known here any more: its owner may bring it back, for this page alone. */
export function SecretField({ label, value, problem = null, onChange }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value.trim())}
      />
      <small id={`${id}-hint`} className={problem === null ? 'hint' : 'hint hint-problem'}>
        {problem ?? words.hint}
      </small>
    </div>
  );
}
