import { useState } from 'react';
import { words as all } from '../../../messages/portal';
import { Field } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import { checkRedirect, type Mismatch, type Verdict } from '../redirectCheck';

const words = all.oauth;

/** Whether a redirect URI is taken, and if not, which letter is to blame. */
export function Checker({ registered }: { registered: string[] }) {
  const [candidate, setCandidate] = useState('');
  const verdict = candidate === '' ? null : checkRedirect(candidate, registered);
  return (
    <section className="card" aria-labelledby="checker">
      <h2 id="checker">{words.checker}</h2>
      <p className="hint">{words.checkerHint}</p>
      <ul className="uri-list">
        {registered.map((uri) => (
          <li key={uri}>
            <code>{uri}</code>
          </li>
        ))}
      </ul>
      <Field
        label={words.candidate}
        value={candidate}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setCandidate(event.target.value.trim())}
      />
      <div role="status">{verdict === null ? null : <Said verdict={verdict} />}</div>
    </section>
  );
}

function Said({ verdict }: { verdict: Verdict }) {
  if (verdict.kind === 'matches') {
    return (
      <p className="verdict" data-fine="true">
        <Icon name="check" size={18} />
        {words.matches(verdict.registered)}
      </p>
    );
  }
  return (
    <div className="verdict" data-fine="false">
      <Icon name="warning" size={18} />
      {verdict.kind === 'unfit' ? (
        <p>{all.redirect[verdict.why]}</p>
      ) : (
        <div>
          <p>{words.noneMatches}</p>
          {verdict.nearest === null ? null : <Difference mismatch={verdict.nearest} />}
        </div>
      )}
    </div>
  );
}

function Difference({ mismatch }: { mismatch: Mismatch }) {
  const { registered, what, at, expected, found } = mismatch;
  const letter = (text: string) => (text === '' ? all.redirect.end : `“${text}”`);
  return (
    <>
      <p>{words.nearest(registered)}</p>
      <p>
        <strong>{all.redirect.differs[what]}</strong>, {all.redirect.at(at, letter(expected), letter(found))}.
      </p>
    </>
  );
}
