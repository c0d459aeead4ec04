import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { type App, type AppToken, listTokens, revokeToken } from '../../../api/apps';
import { explain } from '../../../api/client';
import { words as all } from '../../../messages/portal';
import { Confirm } from '../../../ui/Confirm';
import { FormError } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import { notify } from '../../../ui/notify';
import { ago, useMinute } from '../../../ui/relative';
import { Skeleton } from '../../../ui/Skeleton';
import { exact, short } from '../../../ui/time';
import { reveal } from '../secrets';
import { masked } from '../url';
import { lifeOf } from './life';
import { NewToken } from './NewToken';

const words = all.tokens;

/** The tokens of an integration, and what each may do. */
export function Tokens({ app }: { app: App }) {
  const [tokens, setTokens] = useState<AppToken[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<AppToken | null>(null);
  const now = useMinute();

  useEffect(() => {
    listTokens(app.id).then(setTokens, (reason) => setError(explain(reason)));
  }, [app.id]);

  return (
    <section className="card" aria-labelledby="tokens">
      <div className="card-head">
        <h2 id="tokens">{words.title}</h2>
        <button type="button" className="button" onClick={() => setCreating(true)}>
          <Icon name="add" size={18} />
          {words.new}
        </button>
      </div>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {tokens === null && error === null ? <Skeleton rows={2} /> : null}
      {tokens?.length === 0 ? <p className="panel">{words.none}</p> : null}
      <ul className="rows">
        {tokens?.map((token) => (
          <li key={token.id} className="row token-row">
            <span className="row-text">
              <strong>
                {token.name} <code className="token-hint">{masked(token)}</code>
              </strong>
              <small className="hint">
                {token.scopes.map((scope) => words.scopeNames[scope].name).join(', ')}
              </small>
              <small className="hint">
                <span title={exact(token.createdAt)}>
                  {words.created(short(token.createdAt), token.createdBy.username)}
                </span>
                {' · '}
                <span title={usedExactly(token)}>{usage(token, now)}</span>
              </small>
            </span>
            <span className="token-end">
              {token.paused ? <span className="chip chip-danger">{words.paused}</span> : null}
              <Life token={token} now={now} />
              <button type="button" className="button button-small" onClick={() => setRevoking(token)}>
                {words.revoke}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {creating ? (
        <NewToken
          app={app.id}
          onClose={() => setCreating(false)}
          onCreated={(token, secret) => {
            // The banner takes the focus, which a closing dialog would give back.
            flushSync(() => {
              setTokens((known) => [...(known ?? []), token]);
              setCreating(false);
            });
            reveal(app.id, 'token', secret);
          }}
        />
      ) : null}
      {revoking === null ? null : (
        <Confirm
          title={words.revokeTitle(revoking.name)}
          body={words.revokeBody(usage(revoking, now), revoking.lastUsedAt !== null)}
          action={words.revoke}
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await revokeToken(app.id, revoking.id);
            setTokens((known) => known?.filter(({ id }) => id !== revoking.id) ?? null);
            notify(words.revoked);
          }}
        />
      )}
    </section>
  );
}

function usage({ lastUsedAt, lastAddress }: AppToken, now: number): string {
  if (lastUsedAt === null) return words.unused;
  const used = words.used(ago(lastUsedAt, now));
  return lastAddress === null ? used : `${used} ${words.from(lastAddress)}`;
}

/** For whoever points at it: to the second, and with what. */
function usedExactly({ lastUsedAt, lastUserAgent }: AppToken): string | undefined {
  if (lastUsedAt === null) return undefined;
  return lastUserAgent === null ? exact(lastUsedAt) : words.usedWith(exact(lastUsedAt), lastUserAgent);
}

function Life({ token, now }: { token: AppToken; now: number }) {
  const { expiresAt } = token;
  if (expiresAt === null) return <small className="hint">{words.never}</small>;
  const life = lifeOf(expiresAt, now);
  if (life === 'fine') {
    return (
      <small className="hint" title={exact(expiresAt)}>
        {words.expires(short(expiresAt))}
      </small>
    );
  }
  return (
    <span className="chip chip-danger" title={exact(expiresAt)}>
      {life === 'soon' ? words.soon : words.expired}
    </span>
  );
}
