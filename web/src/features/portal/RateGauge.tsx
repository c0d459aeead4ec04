import { useEffect, useId, useState } from 'react';
import { words as all } from '../../messages/portal';
import { type Rate, secondsUntil } from './rate';

const words = all.rate;

interface Props {
  rate: Rate | null;
  /** Something has been sent. */
  asked: boolean;
}

/** How much of the rate limit the last answer left, and when it is full again. */
export function RateGauge({ rate, asked }: Props) {
  const [now, setNow] = useState(Date.now);
  const id = useId();
  const fullAt = rate?.fullAt ?? 0;

  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() > fullAt) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [fullAt]);

  if (rate === null) return <p className="hint">{asked ? words.off : words.none}</p>;
  const { limit, retryAfter } = rate;
  const seconds = secondsUntil(fullAt, now);
  const remaining = seconds === 0 ? limit : rate.remaining;
  return (
    <div className="rate">
      <label htmlFor={id}>{words.title}</label>
      <meter id={id} min={0} max={limit} low={limit / 4} optimum={limit} value={remaining} />
      <span>
        {retryAfter !== null && seconds > 0
          ? words.limited(Math.min(retryAfter, seconds))
          : words.left(remaining, limit)}
      </span>
      <small className="hint">{words.reset(seconds)}</small>
    </div>
  );
}
