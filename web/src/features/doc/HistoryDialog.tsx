import { useState } from 'react';
import { restoreRevision } from '../../api/doc-history';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { documentPath, navigate } from '../../router';
import { Confirm } from '../../ui/Confirm';
import { Dialog } from '../../ui/Dialog';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { Skeleton } from '../../ui/Skeleton';
import { KeepForm } from './KeepForm';
import { RevisionList } from './RevisionList';
import { RevisionName } from './RevisionName';
import { RevisionView } from './RevisionView';
import { useHistory } from './useHistory';

interface Props {
  docId: number;
  /** The revision that is shown: part of the address, so that going back leaves it. */
  selected: number | null;
  /** May keep, name and restore. */
  writes: boolean;
  onClose: () => void;
}

export default function HistoryDialog({ docId, selected, writes, onClose }: Props) {
  const history = useHistory(docId);
  const [step, setStep] = useState<'rename' | 'restore' | null>(null);
  const { revisions } = history;
  const revision = revisions?.find(({ id }) => id === selected);

  function select(id: number) {
    // One step back from whichever revision leads to the list, however many have been looked at.
    navigate(`${documentPath(docId)}?history=${id}`, selected === null ? 'push' : 'replace');
  }

  return (
    <Dialog title={words.history.title} onClose={onClose} className="dialog-wide">
      <div className="history" data-open={selected === null ? 'list' : 'revision'}>
        <section className="history-list" aria-label={words.history.versions}>
          {writes ? <KeepForm docId={docId} onKept={history.reload} /> : null}
          <FormError message={history.error} />
          {revisions === null ? (
            history.error === null ? (
              <Skeleton rows={5} />
            ) : (
              <button type="button" className="button" onClick={() => void history.reload()}>
                {text.retry}
              </button>
            )
          ) : (
            <RevisionList
              revisions={revisions}
              selected={selected}
              hasMore={history.hasMore}
              onSelect={select}
              onMore={history.more}
            />
          )}
        </section>
        <section className="history-revision">
          {selected === null ? (
            <p className="history-pick">{revisions?.length === 0 ? '' : words.history.pick}</p>
          ) : (
            <RevisionView
              key={selected}
              docId={docId}
              id={selected}
              known={revision}
              previous={revisions?.[revisions.findIndex(({ id }) => id === selected) + 1]}
              writes={writes}
              onBack={() => navigate(`${documentPath(docId)}?history`, 'replace')}
              onRename={() => setStep('rename')}
              onRestore={() => setStep('restore')}
            />
          )}
        </section>
      </div>
      {step === 'rename' && revision !== undefined ? (
        <RevisionName
          docId={docId}
          revision={revision}
          onRenamed={history.replace}
          onClose={() => setStep(null)}
        />
      ) : null}
      {step === 'restore' && selected !== null ? (
        <Confirm
          title={words.history.restoreTitle}
          body={words.history.restoreBody}
          action={words.history.restore}
          harmless
          onClose={() => setStep(null)}
          onConfirm={async () => {
            await restoreRevision(docId, selected);
            notify(words.history.restored);
            onClose();
          }}
        />
      ) : null}
    </Dialog>
  );
}
