import { useId, useState } from 'react';
import { ban, removeMember } from '../../api/servers';
import { words as all } from '../../messages/servers';
import { canBeTimedOut, may } from '../../store/permissions';
import type { Member, ServerDetails } from '../../store/serverTypes';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { notify } from '../../ui/notify';
import { short } from '../../ui/time';
import { BanDialog } from './BanDialog';
import { displayName } from './memberList';

const words = all.member;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The longest there is, less what this clock may be ahead. */
const MONTH_MS = 28 * DAY_MS - MINUTE_MS;
const durations = { minutes: 10 * MINUTE_MS, hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: MONTH_MS };
type Duration = keyof typeof durations;

interface Props {
  server: number;
  details: ServerDetails;
  /** Somebody one outranks. */
  member: Member;
  busy: boolean;
  onTimeout: (until: string | null) => void;
  onRemoved: () => void;
}

/** Timing out, kicking and banning, each for those who may. */
export function Moderation({ server, details, member, busy, onTimeout, onRemoved }: Props) {
  const [step, setStep] = useState<'kick' | 'ban' | null>(null);
  const [duration, setDuration] = useState<Duration>('hour');
  const id = useId();
  const name = displayName(member);
  const mayTimeOut =
    (may(details.me, 'moderate_members') || may(details.me, 'manage_members')) &&
    canBeTimedOut(member, details.roles);
  const mayKick = may(details.me, 'kick_members');
  const mayBan = may(details.me, 'ban_members');
  if (!mayTimeOut && !mayKick && !mayBan) return null;
  const { timedOutUntil } = member;
  const timedOut = timedOutUntil !== null && Date.parse(timedOutUntil) > Date.now();

  return (
    <section className="stack" aria-label={words.moderation}>
      <h3>{words.moderation}</h3>
      {mayTimeOut && timedOut ? (
        <div className="inline-form">
          <p className="field">{words.timedOutUntil(short(timedOutUntil))}</p>
          <button type="button" className="button" disabled={busy} onClick={() => onTimeout(null)}>
            {words.endTimeout}
          </button>
        </div>
      ) : null}
      {mayTimeOut && !timedOut ? (
        <div className="inline-form">
          <div className="field">
            <label htmlFor={id}>{words.timeOutFor}</label>
            <select
              id={id}
              value={duration}
              onChange={(event) => setDuration(event.target.value as Duration)}
            >
              {(Object.keys(durations) as Duration[]).map((key) => (
                <option key={key} value={key}>
                  {words.durations[key]}
                </option>
              ))}
            </select>
          </div>
          <button
            type="button"
            className="button"
            disabled={busy}
            title={words.timeOutHint}
            onClick={() => onTimeout(new Date(Date.now() + durations[duration]).toISOString())}
          >
            <Icon name="clock" size={18} />
            {words.timeOut}
          </button>
        </div>
      ) : null}
      <div className="chips">
        {mayKick ? (
          <button type="button" className="button button-danger-quiet" onClick={() => setStep('kick')}>
            <Icon name="signOut" size={18} />
            {words.kick}
          </button>
        ) : null}
        {mayBan ? (
          <button type="button" className="button button-danger-quiet" onClick={() => setStep('ban')}>
            <Icon name="ban" size={18} />
            {words.ban}
          </button>
        ) : null}
      </div>
      {step === 'kick' ? (
        <Confirm
          title={words.kickTitle(name)}
          body={words.kickBody}
          action={words.kick}
          onClose={() => setStep(null)}
          onConfirm={async () => {
            await removeMember(server, member.userId);
            notify(words.kicked(name));
            onRemoved();
          }}
        />
      ) : null}
      {step === 'ban' ? (
        <BanDialog
          name={name}
          onClose={() => setStep(null)}
          onBan={async (reason) => {
            await ban(server, member.userId, reason);
            notify(words.banned(name));
            onRemoved();
          }}
        />
      ) : null}
    </section>
  );
}
