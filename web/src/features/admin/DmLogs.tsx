import { type FormEvent, useState } from 'react';
import { DM_LOG_PAGE, listDmLogs } from '../../api/admin';
import { explain } from '../../api/client';
import type { LoggedDm } from '../../api/types';
import { text } from '../../messages';
import { Field, FormError } from '../../ui/Field';
import { Html } from '../../ui/Html';
import { exact, short } from '../../ui/time';

const words = text.admin;

interface Log {
  peer: string;
  entries: LoggedDm[];
  hasEarlier: boolean;
}

export function DmLogs() {
  const [log, setLog] = useState<Log | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function load(peer: string, later: LoggedDm[]) {
    setBusy(true);
    setError(null);
    try {
      const page = await listDmLogs(peer, later[0]?.id);
      setLog({ peer, entries: [...page, ...later], hasEarlier: page.length === DM_LOG_PAGE });
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setLog(null);
    void load(String(new FormData(event.currentTarget).get('peer') ?? '').trim(), []);
  }

  return (
    <>
      <p className="hint">{words.logsHint}</p>
      <form className="inline-form" onSubmit={submit}>
        <Field label={words.person} name="peer" autoComplete="off" spellCheck={false} required />
        <button type="submit" className="button" disabled={busy}>
          {words.showLogs}
        </button>
      </form>
      <FormError message={error} />
      {log?.hasEarlier ? (
        <button
          type="button"
          className="button"
          disabled={busy}
          onClick={() => void load(log.peer, log.entries)}
        >
          {words.earlier}
        </button>
      ) : null}
      {log === null ? null : log.entries.length === 0 ? (
        <p className="hint">{words.noLogs}</p>
      ) : (
        <LogTable logs={log.entries} />
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
