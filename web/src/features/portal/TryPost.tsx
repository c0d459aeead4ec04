import { useState } from 'react';
import type { App } from '../../api/apps';
import type { TestAnswer } from '../../api/testCall';
import { words as all } from '../../messages/portal';
import { words as widgetWords } from '../../messages/portalWidget';
import { part } from '../../ui/part';
import { Skeleton } from '../../ui/Skeleton';
import { Answer } from './Answer';
import type { ArrangeProps } from './arrange/Arrange';
import { meaningOf } from './errorCodes';
import { examples } from './examples';
import type { JsonEditorProps } from './json/JsonEditor';
import { isRecord, type Problem } from './json/rules';
import { type Payload, usePayload } from './json/usePayload';
import { webhookProblems } from './json/webhookRules';
import { widgetProblems } from './json/widgetRules';
import { Preview } from './Preview';
import { RateGauge } from './RateGauge';
import { type Rate, readRate } from './rate';
import { SecretField } from './SecretField';
import { supply, useSecret } from './secrets';
import { sendTest } from './sendTest';
import { ownPath } from './url';

const JsonEditor = part<JsonEditorProps>(() => import('./json/JsonEditor'), <Skeleton rows={4} />);

const Arrange = part<ArrangeProps>(() => import('./arrange/Arrange'), <Skeleton rows={2} />);

const words = all.try;

interface Props {
  app: App;
  kind: 'webhook' | 'widget';
  onSent: () => void;
}

/** A payload while it is typed: what is wrong with it, what it will look like, and what the server says to it. */
export function TryPost({ app, kind, onSent }: Props) {
  const payload = usePayload(
    JSON.stringify(examples[kind][0]?.payload ?? {}, null, 2),
    kind === 'webhook' ? webhookProblems : widgetProblems,
  );
  const secret = useSecret(app.id, 'url');
  const [pasted, setPasted] = useState('');
  const [answer, setAnswer] = useState<TestAnswer | null>(null);
  const [rate, setRate] = useState<Rate | null>(null);
  const [target, setTarget] = useState<JsonEditorProps['target']>(null);
  const [busy, setBusy] = useState(false);
  const path = secret === undefined ? null : ownPath(app, secret);

  function paste(url: string) {
    setPasted(url);
    if (ownPath(app, url) !== null) supply(app.id, 'url', url);
  }

  async function send() {
    if (path === null) return;
    setBusy(true);
    const said = await sendTest(app.id, path, payload.source);
    setAnswer(said);
    setRate(readRate(said.headers, Date.now()));
    payload.refuse(refusalIn(said.json));
    setBusy(false);
    onSent();
  }

  return (
    <section className="card try" aria-labelledby="payload">
      <div className="card-head">
        <h2 id="payload">{words.payload}</h2>
        <fieldset className="chips">
          <legend className="visually-hidden">{words.examples}</legend>
          {examples[kind].map((example) => (
            <button
              key={example.name}
              type="button"
              className="button button-small"
              onClick={() => payload.change(JSON.stringify(example.payload, null, 2))}
            >
              {example.name}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="try-columns">
        <div className="stack">
          <JsonEditor
            label={words.payload}
            value={payload.source}
            onChange={payload.change}
            marks={payload.marks}
            target={target}
          />
          <Problems
            problems={payload.problems}
            broken={payload.broken}
            onPick={(pointer) => setTarget({ pointer })}
          />
        </div>
        <section className="try-preview" aria-label={words.preview}>
          <h3>{words.preview}</h3>
          <Preview app={app} kind={kind} value={payload.value} />
          {kind === 'widget' ? (
            <>
              <h3>{widgetWords.arrange.title}</h3>
              <p className="hint">{widgetWords.arrange.hint}</p>
              <Arrange source={payload.source} onChange={payload.change} />
            </>
          ) : null}
        </section>
      </div>
      {secret === undefined ? (
        <SecretField
          label={all.secret.paste.url}
          value={pasted}
          problem={pasted === '' ? null : all.secret.paste.wrong}
          onChange={paste}
        />
      ) : null}
      <div className="try-send">
        <button
          type="button"
          className="button button-primary"
          disabled={busy || path === null}
          onClick={() => void send()}
        >
          {busy ? words.sending : words.send}
        </button>
        <small className="hint">{words.sendHint}</small>
      </div>
      <RateGauge rate={rate} asked={answer !== null} />
      {answer === null ? null : <Answer answer={answer} />}
    </section>
  );
}

interface ProblemsProps {
  problems: Problem[] | null;
  broken: Payload['broken'];
  onPick: (pointer: string) => void;
}

function Problems({ problems, broken, onPick }: ProblemsProps) {
  if (problems === null || problems.length === 0) {
    return (
      <p className="hint" role="status">
        {broken === null ? words.fine : words.brokenAt(broken.line, broken.column)}
      </p>
    );
  }
  return (
    <div role="status">
      <p className="hint-problem">{words.problems(problems.length)}</p>
      <ul className="problems">
        {problems.map(({ code, pointer }) => (
          <li key={`${code} ${pointer}`}>
            <button
              type="button"
              aria-label={[code, meaningOf(code), words.jump(pointer)].filter(Boolean).join(', ')}
              onClick={() => onPick(pointer)}
            >
              <code>{code}</code>
              <span>{pointer === '' ? '' : words.at(pointer)}</span>
              <span className="problem-meaning">{meaningOf(code)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What an answer says is wrong, and where. */
function refusalIn(json: unknown): Problem | null {
  if (!isRecord(json) || typeof json.error !== 'string' || typeof json.pointer !== 'string') return null;
  return { code: json.error, pointer: json.pointer };
}
