import type { CSSProperties } from 'react';
import type { Delivery } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { clock } from '../../ui/time';
import { lastDay } from './hours';

const words = all.deliveries;

/** A bar for each hour of the last day, of what is loaded of it; the table says the same in words. */
export function DayChart({ deliveries }: { deliveries: Delivery[] }) {
  const hours = lastDay(deliveries, Date.now());
  const most = Math.max(1, ...hours.map(({ total }) => total));
  const total = hours.reduce((sum, hour) => sum + hour.total, 0);
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
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
      <figcaption className="hint">{words.day(total, failed)}</figcaption>
    </figure>
  );
}
