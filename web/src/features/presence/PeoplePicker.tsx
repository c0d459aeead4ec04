import { useState } from 'react';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import { Field, FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { PersonAvatar } from './PersonAvatar';
import { usePeople } from './usePeople';

interface Props {
  selected: string[];
  onChange: (names: string[]) => void;
  /** Who cannot be chosen: they are there already. */
  without?: string[];
  /** Who is chosen is shown elsewhere. */
  listed?: boolean;
}

export function PeoplePicker({ selected, onChange, without = [], listed = false }: Props) {
  const [query, setQuery] = useState('');
  const online = useChatter((state) => state.online);
  const { names, searched, error } = usePeople(query);
  const offered = names.filter((name) => !without.includes(name));

  function toggle(name: string) {
    onChange(selected.includes(name) ? selected.filter((other) => other !== name) : [...selected, name]);
  }

  return (
    <div className="stack">
      {selected.length === 0 || listed ? null : (
        <ul className="chips">
          {selected.map((name) => (
            <li key={name}>
              <button
                type="button"
                className="chip chip-button"
                aria-label={text.people.remove(name)}
                onClick={() => toggle(name)}
              >
                {name}
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Field
        label={text.people.find}
        hint={text.people.findHint}
        type="search"
        data-autofocus
        value={query}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => setQuery(event.target.value)}
      />
      <FormError message={error} />
      <section aria-label={query.trim() === '' ? text.people.onlineNow : text.people.results}>
        <ul className="people">
          {offered.map((name) => (
            <li key={name}>
              <label className="person">
                <PersonAvatar name={name} size={36} online={online[name] === true} />
                <span>{name}</span>
                <input type="checkbox" checked={selected.includes(name)} onChange={() => toggle(name)} />
              </label>
            </li>
          ))}
        </ul>
        {offered.length === 0 && (query.trim() === '' || searched) ? (
          <p className="hint">{query.trim() === '' ? text.people.alone : text.people.none}</p>
        ) : null}
      </section>
    </div>
  );
}
