import { useState } from 'react';
import { words as all } from '../../messages/portal';
import { Icon } from '../../ui/Icon';
import { copy } from '../../ui/notify';
import type { Snippet } from './snippets/model';

const words = all.snippets;

interface Props {
  snippets: Snippet[];
  /** The secret is in them. */
  real: boolean;
}

/** One at a time; which one is remembered while one is here. */
export function Snippets({ snippets, real }: Props) {
  const [chosen, setChosen] = useState('curl');
  const shown = snippets.find(({ id }) => id === chosen) ?? snippets[0];
  if (shown === undefined) return null;
  return (
    <section className="card" aria-labelledby="snippets">
      <h2 id="snippets">{words.title}</h2>
      <p className="hint">{real ? words.with : words.without}</p>
      <fieldset className="snippet-choice">
        <legend className="visually-hidden">{words.choose}</legend>
        {snippets.map(({ id, label }) => (
          <label key={id} className="segment">
            <input
              type="radio"
              name="snippet"
              className="visually-hidden"
              checked={id === shown.id}
              onChange={() => setChosen(id)}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <div className="snippet">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse */}
        <pre tabIndex={0}>
          <code>{shown.code}</code>
        </pre>
        <button type="button" className="button" onClick={() => void copy(shown.code, words.copied)}>
          <Icon name="copy" size={18} />
          {words.copy}
        </button>
      </div>
    </section>
  );
}
