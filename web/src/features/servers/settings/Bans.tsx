import { listBans, unban } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { FormError } from '../../../ui/Field';
import { Skeleton } from '../../../ui/Skeleton';
import { short } from '../../../ui/time';
import type { SectionProps } from './ServerSettings';
import { useList } from './useList';
import { useWork } from './useWork';

const words = all.bans;

/** Who may not come in, and why. */
export default function Bans({ details }: SectionProps) {
  const { id } = details.server;
  const { items, error, reload } = useList(id, listBans);
  const work = useWork(id);
  return (
    <>
      <FormError message={error ?? work.error} />
      {items === null && error === null ? <Skeleton rows={2} /> : null}
      {items?.length === 0 ? <p className="hint">{words.none}</p> : null}
      <ul className="rows">
        {items?.map((banned) => (
          <li key={banned.userId} className="row">
            <span className="row-text">
              <strong>{banned.username}</strong>
              <small className="hint">
                {[words.by(short(banned.bannedAt)), banned.reason ?? words.noReason].join(' · ')}
              </small>
            </span>
            <button
              type="button"
              className="button button-small"
              disabled={work.busy}
              onClick={() =>
                void work
                  .carryOut(() => unban(id, banned.userId), words.lifted(banned.username))
                  .then(() => reload())
              }
            >
              {words.lift}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
