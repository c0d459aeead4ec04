import { useId } from 'react';
import { words } from '../../messages/docs';
import { documentPath } from '../../router';
import type { DocEntry } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { copy } from '../../ui/notify';
import { Skeleton } from '../../ui/Skeleton';
import { DocMembers } from './DocMembers';
import { ShareWith } from './ShareWith';
import { useMembers } from './useMembers';

interface Props {
  entry: DocEntry;
  onClose: () => void;
}

/** Who has access. Its creator changes that, everybody else sees it. */
export default function ShareDialog({ entry, onClose }: Props) {
  const { members, error, reload } = useMembers(entry.id);
  const owns = entry.role === 'creator';
  const people = useId();
  return (
    <Dialog title={words.share.title(entry.name)} onClose={onClose}>
      <ShareLink id={entry.id} />
      <section className="stack" aria-labelledby={people}>
        <h3 id={people}>{words.share.people}</h3>
        {owns ? null : <p className="hint">{words.share.onlyCreator(entry.createdBy)}</p>}
        <FormError message={error} />
        {members === null && error === null ? <Skeleton rows={2} /> : null}
        {members === null ? null : (
          <DocMembers docId={entry.id} members={members} manages={owns} onChanged={reload} />
        )}
        {owns && members !== null ? (
          <ShareWith docId={entry.id} members={members.map((member) => member.username)} onChanged={reload} />
        ) : null}
      </section>
    </Dialog>
  );
}

function ShareLink({ id }: { id: number }) {
  const link = window.location.origin + documentPath(id);
  return (
    <div className="panel invite">
      <input readOnly aria-label={words.share.link} value={link} onFocus={(event) => event.target.select()} />
      <button type="button" className="button" onClick={() => void copy(link, words.share.linkCopied)}>
        <Icon name="copy" size={18} />
        {words.share.copyLink}
      </button>
      <small className="hint">{words.share.linkHint}</small>
    </div>
  );
}
