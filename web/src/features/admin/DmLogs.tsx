import { type FormEvent, useState } from 'react';
import { listDmLogs } from '../../api/admin';
import { explain } from '../../api/client';
import type { LoggedDm } from '../../api/types';
import { text } from '../../messages';
import { Field, FormError } from '../../ui/Field';
import { Html } from '../../ui/Html';
import { exact, short } from '../../ui/time';

const words = text.admin;

export function DmLogs() {
  const [logs, setLogs] = useState<LoggedDm[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const peer = String(new FormData(event.currentTarget).get('peer') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      setLogs(await listDmLogs(peer));
    } catch (reason) {
      setLogs(null);
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <>
      <p className="hint">{words.logsHint}</p>
      <form className="inline-form" onSubmit={(event) => void submit(event)}>
        <Field label={words.person} name="peer" autoComplete="off" spellCheck={false} required />
        <button type="submit" className="button" disabled={busy}>
          {words.showLogs}
        </button>
      </form>
      <FormError message={error} />
      {logs === null ? null : logs.length === 0 ? (
        <p className="hint">{words.noLogs}</p>
      ) : (
        <LogTable logs={logs} />
      )}
    </>
  );
}

function LogTable({ logs }: { logs: LoggedDm[] }) {
  return (
    <div className="table-frame">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.from}</th>
            <th scope="col">{words.to}</th>
            <th scope="col">{words.message}</th>
          </tr>
        </thead>
        <tbody>
          {logs.map((entry) => (
            <tr key={entry.id}>
              <td>
                <time dateTime={entry.created_at} title={exact(entry.created_at)}>
                  {short(entry.created_at)}
                </time>
              </td>
              <td>{entry.from_user}</td>
              <td>{entry.to_user}</td>
              <td>
                <Html html={entry.text} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
