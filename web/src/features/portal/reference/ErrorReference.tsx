import { useState } from 'react';
import { words as all } from '../../../messages/portal';
import { useLocation } from '../../../router';
import { Field } from '../../../ui/Field';
import { type Column, Table } from '../../../ui/Table';
import '../../../ui/styles/app.css';
import { type ErrorCode, findCodes } from '../errorCodes';

const words = all.errors;

const columns: Column<ErrorCode>[] = [
  { title: words.status, cell: ({ status }) => status, numeric: true },
  { title: words.code, cell: ({ code }) => <code>{code}</code> },
  { title: words.meaning, cell: ({ meaning }) => meaning },
];

/** What an error means, for whoever has one on the screen. */
export default function ErrorReference() {
  // One comes here from an error, too.
  const { query: address } = useLocation();
  const [query, setQuery] = useState(address.get('code') ?? '');
  const found = findCodes(query);
  return (
    <section className="card" aria-labelledby="errors">
      <h1 id="errors">{words.title}</h1>
      <p className="hint">
        {words.hint} <code>{words.shape}</code>
      </p>
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
        <Table
          className="error-table"
          label={words.title}
          columns={columns}
          rows={found}
          keyOf={({ code, status }) => `${status} ${code}`}
        />
      )}
    </section>
  );
}
