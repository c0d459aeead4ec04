import { text } from '../../messages';
import { dayName } from '../../ui/time';

export function DayLine({ day }: { day: string }) {
  return (
    <p className="day-line">
      <time dateTime={day}>{dayName(day)}</time>
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
