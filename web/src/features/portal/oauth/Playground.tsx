import { useCallback, useEffect, useId, useState } from 'react';
import type { App } from '../../../api/apps';
import { type TestAnswer, testCall } from '../../../api/testCall';
import { words as all } from '../../../messages/portal';
import { Field } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import { Answer } from '../Answer';
import { isRecord } from '../json/rules';
import { type Callback, canPkce, newPkce, newState, type Pkce, readCallback } from '../pkce';
import { SecretField } from '../SecretField';
import { supply, useSecret } from '../secrets';
import { authorizeUrl } from '../snippets/oauth';

const words = all.oauth;

/** A whole sign-in by hand, with PKCE. */
export function Playground({ app }: { app: App }) {
  const redirects = app.redirectUris ?? [];
  const [redirectUri, setRedirectUri] = useState(redirects[0] ?? '');
  const [attempt, setAttempt] = useState<{ pkce: Pkce; state: string } | null>(null);
  const [address, setAddress] = useState('');
  const [token, setToken] = useState<TestAnswer | null>(null);
  const [person, setPerson] = useState<TestAnswer | null>(null);
  const secret = useSecret(app.id, 'clientSecret') ?? '';
  const id = useId();
  const confidential = app.clientType !== 'public';
  const client = { base: window.location.origin, clientId: app.clientId ?? '', redirectUri, secret: null };

  const renew = useCallback(async () => {
    const pkce = await newPkce();
    setAttempt({ pkce, state: newState() });
    setAddress('');
    setToken(null);
    setPerson(null);
  }, []);

  useEffect(() => {
    if (canPkce()) void renew();
  }, [renew]);

  if (!canPkce()) {
    return (
      <section className="card">
        <h2>{words.playground}</h2>
        <p>{words.noCrypto}</p>
      </section>
    );
  }
  if (attempt === null) return null;
  const { pkce, state } = attempt;
  const callback = address === '' ? null : readCallback(address, state);
  const accessToken = isRecord(token?.json) ? token.json.access_token : undefined;

  async function exchange(code: string) {
    setPerson(null);
    setToken(
      await testCall({
        method: 'POST',
        path: '/oauth/token',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: pkce.verifier,
          client_id: client.clientId,
          ...(confidential ? { client_secret: secret } : {}),
        }),
      }),
    );
  }

  async function ask() {
    setPerson(
      await testCall({
        method: 'GET',
        path: '/oauth/userinfo',
        headers: { Authorization: `Bearer ${String(accessToken)}` },
      }),
    );
  }

  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{words.playground}</h2>
      <p className="hint">{words.playgroundHint}</p>
      <section className="step" aria-label={words.steps.challenge}>
        <h3>{words.steps.challenge}</h3>
        <Field label={words.verifier} value={pkce.verifier} readOnly />
        <Field label={words.challenge} value={pkce.challenge} readOnly />
        <div>
          <button type="button" className="button button-small" onClick={() => void renew()}>
            <Icon name="sync" size={16} />
            {words.renew}
          </button>
        </div>
      </section>
      <section className="step" aria-label={words.steps.authorize}>
        <h3>{words.steps.authorize}</h3>
        <div className="field">
          <label htmlFor={`${id}-redirect`}>{words.redirect}</label>
          <select
            id={`${id}-redirect`}
            value={redirectUri}
            onChange={(event) => setRedirectUri(event.target.value)}
          >
            {redirects.map((uri) => (
              <option key={uri}>{uri}</option>
            ))}
          </select>
        </div>
        <div>
          <a
            className="button button-primary"
            href={authorizeUrl(client, state, pkce.challenge)}
            target="_blank"
            rel="noopener"
          >
            {words.open}
          </a>
        </div>
      </section>
      <section className="step" aria-label={words.steps.code}>
        <h3>{words.steps.code}</h3>
        <Field
          label={words.back}
          hint={words.backHint}
          value={address}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setAddress(event.target.value.trim())}
        />
        {address === '' ? null : <p role="status">{codeWords(callback)}</p>}
      </section>
      <section className="step" aria-label={words.steps.token}>
        <h3>{words.steps.token}</h3>
        {confidential ? (
          <SecretField
            label={words.secretField}
            value={secret}
            onChange={(value) => supply(app.id, 'clientSecret', value)}
          />
        ) : null}
        <div>
          <button
            type="button"
            className="button"
            disabled={callback?.code == null || !callback.stateMatches || (confidential && secret === '')}
            onClick={() => void exchange(callback?.code ?? '')}
          >
            {words.exchange}
          </button>
        </div>
        {token === null ? null : <Answer answer={token} />}
      </section>
      <section className="step" aria-label={words.steps.user}>
        <h3>{words.steps.user}</h3>
        <div>
          <button
            type="button"
            className="button"
            disabled={typeof accessToken !== 'string'}
            onClick={() => void ask()}
          >
            {words.userinfo}
          </button>
        </div>
        {person === null ? null : <Answer answer={person} />}
      </section>
    </section>
  );
}

function codeWords(callback: Callback | null): string {
  if (callback === null) return words.noCode;
  if (callback.error !== null) return words.refusedCode(callback.error);
  if (callback.code === null) return words.noCode;
  return callback.stateMatches ? words.code(callback.code) : words.stateWrong;
}
