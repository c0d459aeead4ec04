import type { TestAnswer } from '../../api/testCall';
import { words as all } from '../../messages/portal';

const words = all.try;

/** What the server said to a test, as a service outside would get it. */
export function Answer({ answer }: { answer: TestAnswer }) {
  const { status, ms, json, text } = answer;
  const fine = status >= 200 && status < 300;
  return (
    <section className="answer" aria-label={words.answer} aria-live="polite">
      <p>
        <span className="status-code" data-fine={fine}>
          {status === 0 ? words.unreachable : words.answered(status, ms)}
        </span>
      </p>
      {text === '' ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse
        <pre tabIndex={0}>{json === null ? text : JSON.stringify(json, null, 2)}</pre>
      )}
    </section>
  );
}
