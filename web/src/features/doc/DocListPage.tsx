import { useEffect, useMemo, useRef, useState } from 'react';
import { docKey } from '../../doc-sync/ref';
import { listDocuments } from '../../live/documents';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { navigate } from '../../router';
import { docsInOrder } from '../../store/docs';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { part } from '../../ui/part';
import '../../ui/styles/docs.css';
import { useMinute } from '../../ui/relative';
import { Skeleton } from '../../ui/Skeleton';
import { DocFilter } from './DocFilter';
import { DocRow } from './DocRow';
import { DropZone } from './DropZone';
import { filterDocs, type Whose } from './filter';
import { LostTexts } from './LostTexts';
import { useImport } from './useImport';
import { useUnsaved } from './useUnsaved';

const CreateDialog = part(() => import('./CreateDialog'));

const FILES = '.md,.markdown,.txt,text/markdown,text/plain';
const refresh = () => void listDocuments();

export default function DocListPage() {
  const docs = useChatter((state) => state.docs);
  const [query, setQuery] = useState('');
  const [whose, setWhose] = useState<Whose>('all');
  const [creating, setCreating] = useState(false);
  const { importing, importFiles } = useImport();
  const picker = useRef<HTMLInputElement>(null);
  // Who edits a document tells only those who have it open: the others ask now and then.
  const now = useMinute(refresh);
  const unsaved = useUnsaved();
  const sorted = useMemo(() => docsInOrder(docs), [docs]);
  const shown = useMemo(() => filterDocs(sorted, whose, query), [sorted, whose, query]);

  useEffect(refresh, []);

  return (
    <div className="doc" id="documents">
      <header className="conversation-head">
        <button
          type="button"
          className="icon-button only-phone"
          aria-label={text.nav.backToChat}
          onClick={() => navigate('/chat')}
        >
          <Icon name="back" />
        </button>
        <div className="conversation-title">
          <h1>{words.title}</h1>
        </div>
        <input
          ref={picker}
          type="file"
          accept={FILES}
          multiple
          hidden
          onChange={(event) => {
            void importFiles(Array.from(event.target.files ?? []));
            // The same file may be chosen again.
            event.target.value = '';
          }}
        />
        <button
          type="button"
          className="button doc-head-button"
          aria-label={words.list.import}
          title={words.list.importHint}
          disabled={importing !== null}
          onClick={() => picker.current?.click()}
        >
          <Icon name="upload" size={18} />
          <span aria-hidden="true" className="not-narrow">
            {words.list.import}
          </span>
        </button>
        <button
          type="button"
          className="button button-primary doc-new"
          aria-label={words.list.new}
          onClick={() => setCreating(true)}
        >
          <Icon name="add" size={18} />
          <span aria-hidden="true" className="not-narrow">
            {words.list.new}
          </span>
          <span aria-hidden="true" className="only-narrow-text">
            {words.list.newShort}
          </span>
        </button>
      </header>
      <DropZone onFiles={(files) => void importFiles(files)}>
        <div className="doc-list-body">
          <p role="status" className="hint" hidden={importing === null}>
            {importing === null ? '' : words.list.importing(importing)}
          </p>
          {docs.error === null ? null : (
            <div className="doc-list-error" role="alert">
              <strong>{words.list.failed}</strong>
              <p>{docs.error}</p>
              <button type="button" className="button button-small" onClick={refresh}>
                {text.retry}
              </button>
            </div>
          )}
          <LostTexts />
          {sorted.length > 0 ? (
            <DocFilter query={query} whose={whose} onQuery={setQuery} onWhose={setWhose} />
          ) : null}
          {!docs.listed && docs.error === null ? <Skeleton rows={5} /> : null}
          {docs.listed && sorted.length === 0 ? <Empty onCreate={() => setCreating(true)} /> : null}
          {sorted.length > 0 && shown.length === 0 ? (
            <p className="doc-list-none" role="status">
              {query.trim() === '' ? words.list.nothingOfKind : words.list.nothingFound(query.trim())}
            </p>
          ) : null}
          <ul className="doc-list" aria-label={words.title}>
            {shown.map((entry) => (
              <DocRow key={entry.id} entry={entry} now={now} unsaved={unsaved.has(docKey(entry))} />
            ))}
          </ul>
        </div>
      </DropZone>
      {creating ? <CreateDialog onClose={() => setCreating(false)} /> : null}
    </div>
  );
}

function Empty({ onCreate }: { onCreate: () => void }) {
  return (
    <div className="nothing">
      <Icon name="document" size={56} />
      <h2>{words.list.empty}</h2>
      <p>{words.list.emptyHint}</p>
      <button type="button" className="button" onClick={onCreate}>
        {words.create.title}
      </button>
    </div>
  );
}
