import { words } from '../../messages/docs';
import type { DocRole } from '../../store/types';

/** What can be given; there is one creator, and for good. */
const given: DocRole[] = ['viewer', 'editor'];

interface Props {
  name: string;
  role: DocRole;
  disabled?: boolean;
  onChange: (role: DocRole) => void;
}

export function RoleSelect({ name, role, disabled, onChange }: Props) {
  return (
    <select
      className="role-select"
      aria-label={words.share.roleOf(name)}
      value={role}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value as DocRole)}
    >
      {given.map((choice) => (
        <option key={choice} value={choice}>
          {words.roles[choice]}
        </option>
      ))}
    </select>
  );
}
