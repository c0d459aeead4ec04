import { useEffect, useRef, useState } from 'react';
import type { Revision } from '../../api/doc-history';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { Skeleton } from '../../ui/Skeleton';
import { exact, short } from '../../ui/time';
import { DiffView } from './DiffView';
import { type Aspect, useRevision } from './useRevision';

const aspects: { aspect: Aspect; label: string; title: string }[] = [
  { aspect: 'since', label: words.history.since, title: words.history.sinceLong },
  { aspect: 'toNow', label: words.history.toNow, title: words.history.toNowLong },
  { aspect: 'text', label: words.history.text, title: words.history.textLong },
];

interface Props {
  docId: number;
  id: number;
  /** As the list knows it; an address may name one the list has not come to. */
  known: Revision | undefined;
  /** The one before it, as far as the list knows. */
  previous: Revision | undefined;
  writes: boolean;
  onBack: () => void;
  onRename: () => void;
  onRestore: () => void;
}

export function RevisionView({ docId, id, known, previous, writes, onBack, onRename, onRestore }: Props) {
  const [aspect, setAspect] = useState<Aspect>('since');
  const { revision, shown, error, retry } = useRevision(docId, id, aspect, known, previous);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);

  return (
    <>
      <header className="revision-head">
        <button
          type="button"
          className="icon-button only-phone"
          aria-label={words.history.back}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <div className="revision-title">
          <h3 ref={heading} tabIndex={-1}>
            {revision === undefined
              ? text.loading
              : (revision.name ?? words.history.version(short(revision.createdAt)))}
          </h3>
          {revision === undefined ? null : (
            <p className="hint" title={exact(revision.createdAt)}>
              {describe(revision)}
            </p>
          )}
        </div>
        {writes && revision !== undefined ? (
          <div className="revision-actions">
            {known === undefined ? null : (
              <button type="button" className="button button-small" onClick={onRename}>
                {words.history.rename}
              </button>
            )}
            <button type="button" className="button button-small" onClick={onRestore}>
              {words.history.restore}
            </button>
          </div>
        ) : null}
      </header>
      <fieldset className="segments">
        <legend className="visually-hidden">{words.history.what}</legend>
        {aspects.map((choice) => (
          <label key={choice.aspect} className="segment" title={choice.title}>
            <input
              type="radio"
              name="aspect"
              className="visually-hidden"
              aria-label={choice.title}
              checked={aspect === choice.aspect}
              onChange={() => setAspect(choice.aspect)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </fieldset>
      {error === null ? null : (
        <>
          <FormError message={error} />
          <button type="button" className="button" onClick={retry}>
            {text.retry}
          </button>
        </>
      )}
      {shown === null && error === null ? <Skeleton rows={6} /> : null}
      {shown === null ? null : shown.kind === 'text' ? (
        <TextView content={shown.content} />
      ) : (
        <>
          {shown.first ? <p className="hint">{words.history.first}</p> : null}
          <DiffView changes={shown.changes} />
        </>
      )}
    </>
  );
}

function TextView({ content }: { content: string }) {
  if (content === '') return <p className="hint">{words.history.emptyText}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it
    <section className="revision-text" aria-label={words.history.textLong} tabIndex={0}>
      <pre>{content}</pre>
    </section>
  );
}

function describe({ name, createdAt, authors, bytes }: Revision): string {
  return [
    ...(name === null ? [words.history.automatic] : [short(createdAt)]),
    ...(authors.length === 0 ? [] : [words.history.by(authors)]),
    words.history.size(bytes),
  ].join(' · ');
}
