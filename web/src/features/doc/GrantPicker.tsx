import type { Grant } from '../../api/doc';
import { text } from '../../messages';
import { Icon } from '../../ui/Icon';
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
      {grants.length === 0 ? null : (
        <ul className="people doc-people">
          {grants.map((grant) => (
            <li key={grant.username} className="person">
              <span className="doc-people-name">{grant.username}</span>
              <span className="doc-people-controls">
                <RoleSelect
                  name={grant.username}
                  role={grant.role}
                  onChange={(role) =>
                    onChange(grants.map((other) => (other === grant ? { ...grant, role } : other)))
                  }
                />
                <button
                  type="button"
                  className="icon-button"
                  aria-label={text.people.remove(grant.username)}
                  title={text.people.remove(grant.username)}
                  onClick={() => onChange(grants.filter((other) => other !== grant))}
                >
                  <Icon name="close" size={18} />
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      <PeoplePicker
        selected={grants.map((grant) => grant.username)}
        onChange={choose}
        without={without}
        listed
      />
    </div>
  );
}
