import { useState } from 'react';
import { words as all } from '../../messages/portal';
import { Field } from '../../ui/Field';
import '../../ui/styles/app.css';
import { findCodes } from './errorCodes';

const words = all.errors;

/** What an error means, for whoever has one on the screen. */
export default function ErrorReference() {
  const [query, setQuery] = useState('');
  const found = findCodes(query);
  return (
    <section className="card" aria-labelledby="errors">
      <h1 id="errors">{words.title}</h1>
      <p className="hint">{words.hint}</p>
      <Field
        label={words.find}
        type="search"
        value={query}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setQuery(event.target.value)}
      />
      {found.length === 0 ? (
        <p className="hint" role="status">
          {words.none}
        </p>
      ) : (
        <div className="table-frame">
          <table>
            <thead>
              <tr>
                <th scope="col">{words.status}</th>
                <th scope="col">{words.code}</th>
                <th scope="col">{words.meaning}</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ status, code, meaning }) => (
                <tr key={code}>
                  <td className="number">{status}</td>
                  <td>
                    <code>{code}</code>
                  </td>
                  <td>{meaning}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
