import { useCallback, useEffect, useState } from 'react';
import { type App, DELIVERY_PAGE, type Delivery, listDeliveries } from '../../api/apps';
import { explain } from '../../api/client';
import { words as all } from '../../messages/portal';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { Skeleton } from '../../ui/Skeleton';
import { exact, short } from '../../ui/time';
import { DayChart } from './DayChart';

const words = all.deliveries;

/** What came in, and what was made of it. */
export default function Deliveries({ app }: { app: App }) {
  const [deliveries, setDeliveries] = useState<Delivery[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const load = useCallback(
    async (known: Delivery[]) => {
      try {
        const page = await listDeliveries(app.id, known.at(-1)?.id);
        setDeliveries([...known, ...page]);
        setHasMore(page.length === DELIVERY_PAGE);
        setError(null);
      } catch (reason) {
        setError(explain(reason));
      }
    },
    [app.id],
  );

  useEffect(() => void load([]), [load]);

  return (
    <section className="card" aria-labelledby="deliveries">
      <div className="card-head">
        <h2 id="deliveries">{all.tabs.deliveries}</h2>
        <button type="button" className="button" onClick={() => void load([])}>
          <Icon name="sync" size={18} />
          {words.refresh}
        </button>
      </div>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {deliveries === null && error === null ? <Skeleton rows={4} /> : null}
      {deliveries?.length === 0 ? (
        <div className="panel">
          <strong>{words.none}</strong>
          <p className="hint">{words.noneHint}</p>
        </div>
      ) : null}
      {deliveries !== null && deliveries.length > 0 ? (
        <>
          <DayChart deliveries={deliveries} />
          <Table deliveries={deliveries} />
        </>
      ) : null}
      {hasMore ? (
        <div>
          <button type="button" className="button" onClick={() => void load(deliveries ?? [])}>
            {words.more}
          </button>
        </div>
      ) : null}
    </section>
  );
}

function Table({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <div className="table-frame">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{words.error}</th>
            <th scope="col">{words.latency}</th>
            <th scope="col">{words.size}</th>
            <th scope="col">{words.remote}</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <tr key={delivery.id}>
              <td>
                <time dateTime={delivery.at} title={exact(delivery.at)}>
                  {short(delivery.at)}
                </time>
              </td>
              <td>
                <span className="status-code" data-fine={delivery.status < 400}>
                  {delivery.status}
                </span>
              </td>
              <td>{delivery.error === null ? words.ok : <code>{delivery.error}</code>}</td>
              <td className="number">{words.ms(delivery.latencyMs)}</td>
              <td className="number">{words.bytes(delivery.bytes)}</td>
              <td>{delivery.remote}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
