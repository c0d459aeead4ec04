import { useState } from 'react';
import { importDoc } from '../../api/doc';
import { listDocuments } from '../../live/documents';
import { words } from '../../messages/docs';
import { documentPath, navigate } from '../../router';
import { notify, notifyError } from '../../ui/notify';
import { explainDoc } from './explain';
import { MAX_FILE_BYTES } from './limits';

interface Import {
  /** The file that is on its way, if one is. */
  importing: string | null;
  importFiles: (files: File[]) => Promise<void>;
}

/** One file after the other. A single one is opened; of several the list shows what became of them. */
export function useImport(): Import {
  const [importing, setImporting] = useState<string | null>(null);

  async function importFiles(files: File[]) {
    const ids: number[] = [];
    for (const file of files) {
      setImporting(file.name);
      try {
        if (file.size > MAX_FILE_BYTES) throw new Error(words.errors.content_too_large);
        ids.push(await importDoc(file));
      } catch (reason) {
        notifyError(words.list.notImported(file.name, explainDoc(reason)));
      }
    }
    setImporting(null);
    if (ids.length === 0) return;
    await listDocuments();
    const [only] = ids;
    if (files.length === 1 && only !== undefined) navigate(documentPath(only));
    else notify(words.list.imported(ids.length));
  }

  return { importing, importFiles };
}
