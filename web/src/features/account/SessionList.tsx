import { useEffect, useState } from 'react';
import { listSessions, revokeSession } from '../../api/account';
import { explain } from '../../api/client';
import type { Session } from '../../api/types';
import { text } from '../../messages';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { short } from '../../ui/time';

const words = text.settings;

export function SessionList() {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    listSessions().then(setSessions, (reason) => setError(explain(reason)));
  }, []);

  async function revoke(session: Session) {
    setError(null);
    try {
      await revokeSession(session.id);
      setSessions((known) => known?.filter((other) => other.id !== session.id) ?? null);
      notify(words.revoked);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  if (sessions === null && error === null) return <p className="hint">{text.loading}</p>;
  return (
    <>
      <FormError message={error} />
      <ul className="rows">
        {sessions?.map((session) => (
          <li key={session.id} className="row">
            <span className="row-text">
              <strong>{deviceName(session.user_agent)}</strong>
              <small className="hint">
                {[session.address, words.lastUsed(short(session.last_used_at))].filter(Boolean).join(' · ')}
              </small>
            </span>
            {session.current ? (
              <span className="chip">{words.thisDevice}</span>
            ) : (
              <button type="button" className="button" onClick={() => void revoke(session)}>
                {words.revoke}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** "Firefox on Linux" instead of a line of version numbers; the raw text where neither is recognised. */
function deviceName(agent: string | null): string {
  if (!agent) return words.unknownDevice;
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(`${name}/`));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) =>
    agent.includes(name),
  );
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS': 'macOS' };
  const parts = [browser, system].flatMap((part) => (part === undefined ? [] : [names[part] ?? part]));
  return parts.length === 2 ? parts.join(' · ') : agent.slice(0, 60);
}
