import type { Grant } from '../../api/doc';
import { Avatar } from '../../ui/Avatar';
import { PeoplePicker } from '../presence/PeoplePicker';
import { RoleSelect } from './RoleSelect';

interface Props {
  grants: Grant[];
  onChange: (grants: Grant[]) => void;
  without?: string[];
}

/** People, and what each of them may do. */
export function GrantPicker({ grants, onChange, without }: Props) {
  function choose(names: string[]) {
    onChange(
      names.map(
        (username) => grants.find((grant) => grant.username === username) ?? { username, role: 'editor' },
      ),
    );
  }

  return (
    <div className="stack">
      <PeoplePicker selected={grants.map((grant) => grant.username)} onChange={choose} without={without} />
      {grants.length === 0 ? null : (
        <ul className="people doc-people">
          {grants.map((grant) => (
            <li key={grant.username} className="person">
              <Avatar name={grant.username} size={36} />
              <span>{grant.username}</span>
              <RoleSelect
                name={grant.username}
                role={grant.role}
                onChange={(role) =>
                  onChange(grants.map((other) => (other === grant ? { ...grant, role } : other)))
                }
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
