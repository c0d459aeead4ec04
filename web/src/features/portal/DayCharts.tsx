import { useId } from 'react';
import { words as all } from '../../messages/portalLog';
import { type Column, Table } from '../../ui/Table';
import { clock } from '../../ui/time';
import { type Hour, lastDay } from './hours';
import type { LastDay } from './useLastDay';

const words = all.day;

const hourOf = ({ at }: Hour) => clock(new Date(at).toISOString());
const took = ({ latency }: Hour) => (latency === null ? words.none : all.deliveries.ms(latency));

const columns: Column<Hour>[] = [
  { title: words.hour, cell: hourOf },
  { title: words.total, cell: ({ total }) => total, numeric: true },
  { title: words.failed, cell: ({ failed }) => failed, numeric: true },
  { title: words.took, cell: took, numeric: true },
];

/** How much came in each hour of the last day, and how long it took; a table has the same in numbers. */
export function DayCharts({ day }: { day: LastDay }) {
  const hours = lastDay(day.deliveries, day.now);
  const sum = (of: (hour: Hour) => number) => hours.reduce((total, hour) => total + of(hour), 0);
  const total = sum((hour) => hour.total);
  const failed = sum((hour) => hour.failed);
  const id = useId();
  return (
    <section className="day" aria-labelledby={id}>
      <h3 id={id}>{words.title}</h3>
      <p className="hint">
        {day.whole ? words.day(total, failed) : words.latest(day.deliveries.length, failed)}
      </p>
      <div className="day-charts">
        <Bars
          title={words.deliveries}
          hours={hours}
          height={({ total }) => total}
          failed={({ failed }) => failed}
          label={(most) => words.most(String(most))}
        />
        <Bars
          title={words.latency}
          hours={hours}
          height={({ latency }) => latency ?? 0}
          label={(most) => words.most(all.deliveries.ms(most))}
        />
      </div>
      <details>
        <summary>{words.table}</summary>
        <Table label={words.title} columns={columns} rows={hours.toReversed()} keyOf={({ at }) => at} />
      </details>
    </section>
  );
}

interface BarsProps {
  title: string;
  hours: Hour[];
  height: (hour: Hour) => number;
  failed?: (hour: Hour) => number;
  /** What the highest bar stands for. */
  label: (most: number) => string;
}

const WIDTH = 10;
const GAP = 2;
const HEIGHT = 64;
const LEAST = 2;

/** One bar for each hour; what each of them says is in the table below. */
function Bars({ title, hours, height, failed, label }: BarsProps) {
  const most = Math.max(1, ...hours.map(height));
  const scaled = (value: number) => (value === 0 ? 0 : Math.max(LEAST, (value / most) * HEIGHT));
  const [first] = hours;
  return (
    <figure className="bars">
      <figcaption>
        <strong>{title}</strong>
        <span className="hint">{label(most)}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={words.seeTable(title)}
        viewBox={`0 0 ${hours.length * (WIDTH + GAP) - GAP} ${HEIGHT}`}
        preserveAspectRatio="none"
        height={HEIGHT}
      >
        {hours.map((hour, index) => {
          const whole = scaled(height(hour));
          const red = scaled(failed?.(hour) ?? 0);
          const x = index * (WIDTH + GAP);
          return (
            <g key={hour.at}>
              <title>{`${hourOf(hour)}: ${words.day(hour.total, hour.failed)}, ${took(hour)}`}</title>
              <rect className="bar-ground" x={x} width={WIDTH} height={HEIGHT} />
              <rect className="bar" x={x} y={HEIGHT - whole} width={WIDTH} height={whole} />
              <rect className="bar-failed" x={x} y={HEIGHT - red} width={WIDTH} height={red} />
            </g>
          );
        })}
      </svg>
      <p className="bars-scale hint">
        <span>{first === undefined ? '' : hourOf(first)}</span>
        <span>{words.now}</span>
      </p>
    </figure>
  );
}
