import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { readDoc } from '../../api/doc';
import { text } from '../../messages';
import { FormError } from '../../ui/Field';
import type { EditorProps } from './types';

export default function Editor({ docId, name }: EditorProps) {
  const [content, setContent] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    readDoc(docId).then(
      (doc) => setContent(doc.content),
      (reason) => setError(explain(reason)),
    );
  }, [docId]);
  if (error !== null) return <FormError message={error} />;
  return (
    <section className="doc-text" aria-label={name}>
      <pre>{content ?? text.loading}</pre>
    </section>
  );
}
