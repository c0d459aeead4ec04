import { type ReactNode, useEffect, useState } from 'react';
import { listDocuments } from '../../live/documents';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { documentPath, documentsPath, navigate, useLocation } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
import { part } from '../../ui/part';
import '../../ui/styles/docs.css';
import { DocHeader } from './DocHeader';
import { LostTexts } from './LostTexts';

const Editor = part(() => import('./editor'), <p className="doc-opening hint">{text.loading}</p>);
const HistoryDialog = part(() => import('./HistoryDialog'));

/** One document. Once it goes it stays on the screen for as long as it is open: somebody may want to copy from it. */
export default function DocPage({ id }: { id: number }) {
  const { query } = useLocation();
  const entry = useChatter((state) => state.docs.entries[id]);
  const loss = useChatter((state) => state.docs.lost[id] ?? 'removed');
  const failure = useChatter((state) => state.docs.error);
  const [asked, setAsked] = useState(false);
  const [seen, setSeen] = useState(entry);
  if (entry !== undefined && entry !== seen) setSeen(entry);

  useEffect(() => {
    void listDocuments().then(() => setAsked(true));
  }, []);

  if (seen === undefined) {
    if (!asked) return <Opening />;
    return failure === null ? <Gone id={id} /> : <Failed why={failure} />;
  }
  const lost = entry === undefined ? loss : null;
  const inHistory = query.get('history');
  return (
    <div className="doc" id="documents">
      <DocHeader entry={seen} lost={lost !== null} />
      <Editor docId={id} name={seen.name} createdAt={seen.createdAt} role={seen.role} lost={lost} />
      {inHistory === null || lost !== null ? null : (
        <HistoryDialog
          docId={id}
          selected={/^\d{1,15}$/.test(inHistory) ? Number(inHistory) : null}
          writes={seen.role !== 'viewer'}
          onClose={() => navigate(documentPath(id), 'replace')}
        />
      )}
    </div>
  );
}

function Gone({ id }: { id: number }) {
  return (
    <div className="doc">
      <LostTexts only={id} />
      <Notice title={words.gone} hint={words.goneHint}>
        <PageLink className="button button-primary" to={documentsPath}>
          {words.toList}
        </PageLink>
      </Notice>
    </div>
  );
}

function Failed({ why }: { why: string }) {
  return (
    <Notice title={words.list.failed} hint={why}>
      <button type="button" className="button button-primary" onClick={() => void listDocuments()}>
        {text.retry}
      </button>
      <PageLink className="button" to={documentsPath}>
        {words.toList}
      </PageLink>
    </Notice>
  );
}

function Opening() {
  return <Notice title={text.loading} hint="" />;
}

function Notice({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="nothing" id="documents">
      <Icon name="document" size={56} />
      <h1>{title}</h1>
      <p>{hint}</p>
      <div className="dialog-actions">{children}</div>
    </div>
  );
}
