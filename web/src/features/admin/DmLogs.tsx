import { type FormEvent, useCallback, useState } from 'react';
import { DM_LOG_PAGE, listDmLogs } from '../../api/admin';
import type { LoggedDm } from '../../api/types';
import { text } from '../../messages';
import { Field, FormError } from '../../ui/Field';
import { Html } from '../../ui/Html';
import { Moment } from '../../ui/Moment';
import { Skeleton } from '../../ui/Skeleton';
import { type Column, Table } from '../../ui/Table';
import { usePages } from '../../ui/usePages';

const words = text.admin;

/** What somebody was told and said while logging was on. */
export function DmLogs() {
  /** Asked for the same person twice, it is read twice. */
  const [asked, setAsked] = useState<{ peer: string; turn: number } | null>(null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const peer = String(new FormData(event.currentTarget).get('peer') ?? '').trim();
    setAsked((before) => ({ peer, turn: (before?.turn ?? 0) + 1 }));
  }

  return (
    <>
      <p className="hint">{words.logsHint}</p>
      <form className="inline-form" onSubmit={submit}>
        <Field label={words.person} name="peer" autoComplete="off" spellCheck={false} required />
        <button type="submit" className="button">
          {words.showLogs}
        </button>
      </form>
      {asked === null ? null : <Log key={asked.turn} peer={asked.peer} />}
    </>
  );
}

const columns: Column<LoggedDm>[] = [
  { title: words.time, cell: (entry) => <Moment at={entry.created_at} /> },
  { title: words.from, cell: (entry) => entry.from_user },
  { title: words.to, cell: (entry) => entry.to_user },
  { title: words.message, cell: (entry) => <Html html={entry.text} /> },
];

/** Read backwards, shown forwards. */
function Log({ peer }: { peer: string }) {
  const read = useCallback(
    async (last: LoggedDm | undefined) => {
      const page = await listDmLogs(peer, last?.id);
      return { items: [...page].reverse(), hasMore: page.length === DM_LOG_PAGE };
    },
    [peer],
  );
  const { items, hasMore, error, busy, more } = usePages(read);
  return (
    <>
      <FormError message={error} />
      {items === null && error === null ? <Skeleton rows={3} /> : null}
      {hasMore ? (
        <button type="button" className="button" disabled={busy} onClick={() => void more()}>
          {words.earlier}
        </button>
      ) : null}
      {items?.length === 0 ? <p className="hint">{words.noLogs}</p> : null}
      {items === null || items.length === 0 ? null : (
        <Table
          label={words.dmLogs}
          columns={columns}
          rows={[...items].reverse()}
          keyOf={(entry) => entry.id}
        />
      )}
    </>
  );
}
