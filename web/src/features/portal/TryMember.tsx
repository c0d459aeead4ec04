import { useState } from 'react';
import type { App } from '../../api/apps';
import { type TestAnswer, testCall } from '../../api/testCall';
import { words as all } from '../../messages/portal';
import { useChatter } from '../../store/store';
import { Field } from '../../ui/Field';
import { part } from '../../ui/part';
import { Skeleton } from '../../ui/Skeleton';
import { Answer } from './Answer';
import type { JsonEditorProps } from './json/JsonEditor';
import type { Problem } from './json/rules';
import { usePayload } from './json/usePayload';
import { RateGauge } from './RateGauge';
import { type Rate, readRate } from './rate';
import { SecretField } from './SecretField';
import { supply, useSecret } from './secrets';

const JsonEditor = part<JsonEditorProps>(() => import('./json/JsonEditor'), <Skeleton rows={3} />);

const words = all.member;
const EXAMPLE = JSON.stringify({ nickname: 'VIP' }, null, 2);
/** The server knows best. */
const unchecked = (): Problem[] => [];

/** The calls of an integration, made with its token. */
export function TryMember({ app }: { app: App }) {
  const me = useChatter((state) => state.me?.id ?? 0);
  const [user, setUser] = useState(String(me));
  const token = useSecret(app.id, 'token') ?? '';
  const payload = usePayload(EXAMPLE, unchecked);
  const [answer, setAnswer] = useState<TestAnswer | null>(null);
  const [rate, setRate] = useState<Rate | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = token !== '' && /^\d+$/.test(user) && !busy;

  async function call(method: 'GET' | 'PATCH') {
    setBusy(true);
    const said = await testCall({
      method,
      path: `/servers/${app.serverId}/memberships/${user}`,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(method === 'PATCH' ? { 'Content-Type': 'application/json' } : {}),
      },
      body: method === 'PATCH' ? payload.source : undefined,
    });
    setAnswer(said);
    setRate(readRate(said.headers, Date.now()));
    setBusy(false);
  }

  return (
    <section className="card" aria-labelledby="try-member">
      <h2 id="try-member">{all.tabs.try}</h2>
      <p className="hint">{words.hint}</p>
      <SecretField
        label={all.secret.paste.token}
        value={token}
        onChange={(value) => supply(app.id, 'token', value)}
      />
      <Field
        label={words.user}
        inputMode="numeric"
        pattern="\d+"
        value={user}
        onChange={(event) => setUser(event.target.value.trim())}
      />
      <h3>{words.body}</h3>
      <JsonEditor
        label={words.body}
        value={payload.source}
        onChange={payload.change}
        marks={payload.marks}
        target={null}
      />
      <div className="chips">
        <button type="button" className="button" disabled={!ready} onClick={() => void call('GET')}>
          {words.read}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={!ready || payload.problems === null}
          onClick={() => void call('PATCH')}
        >
          {words.write}
        </button>
      </div>
      <RateGauge rate={rate} asked={answer !== null} />
      {answer === null ? null : <Answer answer={answer} />}
    </section>
  );
}
