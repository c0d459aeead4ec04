import { words } from '../../messages/docs';
import type { Whose } from './filter';

const choices: Whose[] = ['all', 'mine', 'shared'];

interface Props {
  query: string;
  whose: Whose;
  onQuery: (query: string) => void;
  onWhose: (whose: Whose) => void;
}

export function DocFilter({ query, whose, onQuery, onWhose }: Props) {
  return (
    <search className="doc-filter">
      <input
        type="search"
        className="switcher-input"
        aria-label={words.list.filter}
        placeholder={words.list.filter}
        autoComplete="off"
        value={query}
        onChange={(event) => onQuery(event.target.value)}
      />
      <fieldset className="segments">
        <legend className="visually-hidden">{words.list.whose}</legend>
        {choices.map((choice) => (
          <label key={choice} className="segment">
            <input
              type="radio"
              name="whose"
              className="visually-hidden"
              checked={whose === choice}
              onChange={() => onWhose(choice)}
            />
            <span>{words.list[choice]}</span>
          </label>
        ))}
      </fieldset>
    </search>
  );
}
