import { memo } from 'react';
import { words } from '../../messages/docs';
import { documentPath } from '../../router';
import { useChatter } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { Moment } from '../../ui/Moment';
import { PageLink } from '../../ui/PageLink';
import { ago } from '../../ui/relative';
import { DocMenu } from './DocMenu';

interface Props {
  entry: DocEntry;
  now: number;
  /** Some of one's changes are kept on this device alone. */
  unsaved: boolean;
}

export const DocRow = memo(function DocRow({ entry, now, unsaved }: Props) {
  const me = useChatter((state) => state.me?.name ?? '');
  const who = (name: string) => (name === me ? words.you : name);
  const { lastEditedAt, lastEditedBy, createdAt, createdBy } = entry;
  return (
    <li className="doc-row">
      <PageLink className="doc-item" to={documentPath(entry.id)}>
        <span className="doc-icon">
          <Icon name="document" />
        </span>
        <strong>{entry.name}</strong>
        <small>
          {unsaved ? (
            <span className="doc-unsaved">
              <Icon name="warning" size={14} />
              {words.list.unsaved}
            </span>
          ) : lastEditedAt === null ? (
            <Moment at={createdAt}>{words.list.neverEdited(who(createdBy), ago(createdAt, now))}</Moment>
          ) : (
            <>
              <Moment at={lastEditedAt}>
                {words.list.edited(who(lastEditedBy ?? createdBy), ago(lastEditedAt, now))}
              </Moment>
              {createdBy === me ? null : <span> · {words.list.by(createdBy)}</span>}
            </>
          )}
        </small>
        <span className="chip">{words.roles[entry.role]}</span>
      </PageLink>
      <DocMenu entry={entry} label={words.list.actionsFor(entry.name)} inList />
    </li>
  );
});
