import type { CSSProperties } from 'react';
import type { Delivery } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { clock } from '../../ui/time';
import { lastDay } from './hours';

const words = all.deliveries;

interface Props {
  /** Newest first. */
  deliveries: Delivery[];
  /** There are earlier ones that are not loaded. */
  hasMore: boolean;
}

/** A bar for each hour of the last day; the table says the same in words. */
export function DayChart({ deliveries, hasMore }: Props) {
  const hours = lastDay(deliveries, Date.now());
  const most = Math.max(1, ...hours.map(({ total }) => total));
  const total = hours.reduce((sum, hour) => sum + hour.total, 0);
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
  const [first] = hours;
  const oldest = deliveries.at(-1);
  const whole = !hasMore || first === undefined || oldest === undefined || Date.parse(oldest.at) < first.at;
  return (
    <figure className="day-chart">
      <div aria-hidden="true">
        {hours.map((hour) => (
          <span
            key={hour.at}
            title={words.hour(clock(new Date(hour.at).toISOString()), hour.total, hour.failed)}
            style={{ '--total': hour.total / most, '--failed': hour.failed / most } as CSSProperties}
          />
        ))}
      </div>
      <figcaption className="hint">
        {whole ? words.day(total, failed) : words.latest(total, failed)}
      </figcaption>
    </figure>
  );
}
