import { deleteInvite, listInvites } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { may } from '../../../store/permissions';
import { FormError } from '../../../ui/Field';
import { Skeleton } from '../../../ui/Skeleton';
import { short } from '../../../ui/time';
import { InviteForm } from '../InviteForm';
import type { SectionProps } from './ServerSettings';
import { useList } from './useList';
import { useWork } from './useWork';

const words = all.invite;

/** The ways in that are open at the moment. */
export default function Invites({ details }: SectionProps) {
  const { id } = details.server;
  const { items, error, reload } = useList(id, listInvites);
  const work = useWork(id);
  return (
    <>
      {may(details.me, 'create_invite') ? <InviteForm server={id} onCreated={() => void reload()} /> : null}
      <FormError message={error ?? work.error} />
      {items === null && error === null ? <Skeleton rows={2} /> : null}
      {items?.length === 0 ? <p className="hint">{words.none}</p> : null}
      <ul className="rows">
        {items?.map((invite) => (
          <li key={invite.id} className="row">
            <span className="row-text">
              <strong>{words.by(invite.createdBy.username)}</strong>
              <small className="hint">
                {[words.used(invite.uses, invite.maxUses), words.expires(short(invite.expiresAt))].join(
                  ' · ',
                )}
              </small>
            </span>
            <button
              type="button"
              className="button button-small"
              disabled={work.busy}
              onClick={() =>
                void work.carryOut(() => deleteInvite(id, invite.id), words.revoked).then(() => reload())
              }
            >
              {words.revoke}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
