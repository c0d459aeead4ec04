import { useEffect, useState } from 'react';
import { type DocRef, docKey } from '../../doc-sync/ref';
import { forgetKept, type KeptDoc, readKept } from '../../live/docDesk';
import { words } from '../../messages/editor';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import '../../ui/styles/editor.css';
import { RescueButtons } from './RescueButtons';

/** Words that could not be saved before access to their document was lost. They are kept until their author has decided. */
export default function KeptTexts({ refs }: { refs: DocRef[] }) {
  return refs.map((ref) => <KeptText key={docKey(ref)} docRef={ref} />);
}

function KeptText({ docRef }: { docRef: DocRef }) {
  const [kept, setKept] = useState<KeptDoc | null>(null);
  const [deleting, setDeleting] = useState(false);
  useEffect(() => {
    readKept(docRef).then(setKept, () => setKept(null));
  }, [docRef]);
  if (kept === null || kept.unsaved === 0) return null;
  const name = words.keptName(firstLine(kept.text));
  return (
    <div className="editor-notice" role="alert">
      <Icon name="warning" size={18} />
      <p>{words.notice.kept(kept.unsaved, name)}</p>
      <div className="editor-notice-actions">
        <RescueButtons name={name} content={() => kept.text} />
        <button type="button" className="button button-small" onClick={() => setDeleting(true)}>
          {words.notice.forget}
        </button>
      </div>
      {deleting ? (
        <Confirm
          title={words.notice.forgetTitle}
          body={words.notice.forgetBody}
          action={words.notice.forget}
          onConfirm={async () => {
            await forgetKept(docRef);
            setKept(null);
          }}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </div>
  );
}

const LONGEST_NAME = 60;

function firstLine(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.replace(/^#+\s*/, '').slice(0, LONGEST_NAME);
}
