import { useCallback, useState } from 'react';
import { type App, DELIVERY_PAGE, type Delivery, listDeliveries } from '../../api/apps';
import { words as portal } from '../../messages/portal';
import { words as all } from '../../messages/portalLog';
import { appPath } from '../../router';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { Moment } from '../../ui/Moment';
import { PageLink } from '../../ui/PageLink';
import { part } from '../../ui/part';
import { Skeleton } from '../../ui/Skeleton';
import { type Column, Table } from '../../ui/Table';
import { toTheSecond } from '../../ui/time';
import { usePages } from '../../ui/usePages';
import { DayCharts } from './DayCharts';
import { useLastDay } from './useLastDay';

const DeliveryDialog = part(() => import('./DeliveryDialog'));

const words = all.deliveries;

const columns: Column<Delivery>[] = [
  {
    title: words.status,
    cell: ({ status }) => (
      <span className="status-code" data-fine={status < 400}>
        {status}
      </span>
    ),
  },
  { title: words.error, cell: ({ error }) => (error ? <code>{error}</code> : words.ok) },
  { title: words.latency, cell: ({ latencyMs }) => words.ms(latencyMs), numeric: true },
  { title: words.size, cell: ({ bytes }) => words.bytes(bytes), numeric: true },
  { title: words.remote, cell: ({ remote }) => remote },
];

/** What came in, and what was made of it. */
export default function Deliveries({ app }: { app: App }) {
  const [shown, setShown] = useState<Delivery | null>(null);
  const read = useCallback(
    async (last: Delivery | undefined) => {
      const items = await listDeliveries(app.id, last?.id);
      return { items, hasMore: items.length === DELIVERY_PAGE };
    },
    [app.id],
  );
  const { items, hasMore, error, busy, more, reload } = usePages(read);
  const day = useLastDay(app.id, items?.[0]?.id);
  const withDetails: Column<Delivery>[] = [
    {
      title: words.time,
      cell: (delivery) => (
        <button
          type="button"
          className="text-button"
          aria-label={words.detailsOf(toTheSecond(delivery.at), delivery.status)}
          onClick={() => setShown(delivery)}
        >
          <Moment at={delivery.at}>{toTheSecond(delivery.at)}</Moment>
        </button>
      ),
    },
    ...columns,
  ];
  return (
    <section className="card" aria-labelledby="deliveries">
      <div className="card-head">
        <h2 id="deliveries">{portal.tabs.deliveries}</h2>
        <button type="button" className="button" disabled={busy} onClick={() => void reload()}>
          <Icon name="sync" size={18} />
          {words.refresh}
        </button>
      </div>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {items === null && error === null ? <Skeleton rows={4} /> : null}
      {items?.length === 0 ? (
        <div className="panel stack">
          <strong>{words.none}</strong>
          <p className="hint">{words.noneHint}</p>
          <div className="chips">
            <PageLink className="button" to={`${appPath(app.id)}?tab=try`}>
              {words.toTest}
            </PageLink>
            <PageLink className="button" to={appPath(app.id)}>
              {words.toSnippets}
            </PageLink>
          </div>
        </div>
      ) : null}
      {items !== null && items.length > 0 ? (
        <>
          {day === null ? null : <DayCharts day={day} />}
          <Table label={portal.tabs.deliveries} columns={withDetails} rows={items} keyOf={({ id }) => id} />
        </>
      ) : null}
      {hasMore ? (
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => void more()}>
            {words.more}
          </button>
        </div>
      ) : null}
      {shown === null ? null : (
        <DeliveryDialog
          app={app}
          delivery={shown}
          onSent={() => void reload()}
          onClose={() => setShown(null)}
        />
      )}
    </section>
  );
}
