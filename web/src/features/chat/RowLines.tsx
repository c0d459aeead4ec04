import { text } from '../../messages';
import { dayName } from '../../ui/time';

/** Where a day begins; from here one gets to other days. */
export function DayLine({ day, onPick }: { day: string; onPick: () => void }) {
  return (
    <p className="day-line">
      <button
        type="button"
        title={text.chat.jumpToDate}
        aria-label={text.chat.goToDate(dayName(day))}
        onClick={onPick}
      >
        <time dateTime={day}>{dayName(day)}</time>
      </button>
    </p>
  );
}

export function UnreadLine() {
  return (
    <p className="unread-line">
      <span>{text.chat.newMessages}</span>
    </p>
  );
}
