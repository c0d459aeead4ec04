import { useState } from 'react';
import { type Grant, revokeGrant } from '../../api/apps';
import { explain } from '../../api/client';
import { text } from '../../messages';
import { words as all } from '../../messages/portal';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { ago, useMinute } from '../../ui/relative';
import { short } from '../../ui/time';
import type { Grants } from './useGrants';

const words = all.grants;

/** Where one has signed in with this account, and the way out of it. */
export function ConnectedApps({ connected }: { connected: Grants }) {
  const { grants, reload } = connected;
  const [failure, setFailure] = useState<string | null>(null);
  const error = failure ?? connected.error;
  const now = useMinute();

  async function disconnect({ appId, name }: Grant) {
    setFailure(null);
    try {
      await revokeGrant(appId);
      await reload();
      notify(words.disconnected(name));
    } catch (reason) {
      setFailure(explain(reason));
    }
  }

  return (
    <>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {grants === null && error === null ? <p className="hint">{text.loading}</p> : null}
      {grants?.length === 0 ? <p className="hint">{words.none}</p> : null}
      <ul className="rows">
        {grants?.map((grant) => (
          <li key={grant.appId} className="row">
            <span className="row-text">
              <strong>{grant.name}</strong>
              <small className="hint">
                {[
                  words.by(grant.owner),
                  words.since(short(grant.createdAt)),
                  ...(grant.lastUsedAt ? [words.used(ago(grant.lastUsedAt, now))] : []),
                ].join(' · ')}
              </small>
              {powersOf(grant).length > 0 ? (
                <small className="hint">{words.may(powersOf(grant))}</small>
              ) : null}
            </span>
            <button type="button" className="button" onClick={() => void disconnect(grant)}>
              {words.disconnect}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What an app may do beyond knowing who one is. */
const powersOf = ({ scopes }: Grant): string[] => scopes.flatMap((scope) => words.powers[scope] ?? []);
