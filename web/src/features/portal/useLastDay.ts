import { useEffect, useState } from 'react';
import { type Delivery, listDeliveries, MOST_DELIVERIES } from '../../api/apps';
import { dayBegan } from './hours';

/** So many questions at most: an app that is busier than that is shown by what came last. */
const MOST_PAGES = 10;

export interface LastDay {
  deliveries: Delivery[];
  /** Nothing of the day is missing. */
  whole: boolean;
  /** When it was asked for (ms). */
  now: number;
}

/** What came in during the last day; null until it is known. `newest` is what makes it be asked for again. */
export function useLastDay(app: number, newest: number | undefined): LastDay | null {
  const [day, setDay] = useState<LastDay | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: anew when there is a newer one
  useEffect(() => {
    let gone = false;
    void readDay(app).then((read) => {
      if (!gone && read !== null) setDay(read);
    });
    return () => {
      gone = true;
    };
  }, [app, newest]);

  return day;
}

async function readDay(app: number): Promise<LastDay | null> {
  const now = Date.now();
  const since = dayBegan(now);
  const deliveries: Delivery[] = [];
  try {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page = await listDeliveries(app, deliveries.at(-1)?.id, MOST_DELIVERIES);
      deliveries.push(...page);
      const oldest = page.at(-1);
      if (page.length < MOST_DELIVERIES || oldest === undefined || Date.parse(oldest.at) < since)
        return { deliveries, whole: true, now };
    }
    return { deliveries, whole: false, now };
  } catch {
    // The list beside it says why.
    return null;
  }
}
