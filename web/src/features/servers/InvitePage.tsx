import { useState } from 'react';
import { acceptInvite } from '../../api/servers';
import { words as all } from '../../messages/servers';
import { navigate } from '../../router';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { enterServer } from './entering';
import { explainServer } from './explain';

const words = all.join;

/** Where an invite's link leads. Joining is a decision: opening the link alone joins nothing. */
export default function InvitePage({ code }: { code: string }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function accept() {
    setBusy(true);
    setError(null);
    try {
      const server = await acceptInvite(code);
      notify(words.joined(server.name));
      await enterServer(server.id);
    } catch (reason) {
      setError(explainServer(reason));
      setBusy(false);
    }
  }

  return (
    <main className="welcome">
      <div className="welcome-card stack">
        <img src="/favicon.svg" alt="" width={48} height={48} />
        <h1>{words.title}</h1>
        <p className="dialog-text">{words.body}</p>
        <FormError message={error} />
        <button
          type="button"
          className="button button-primary button-wide"
          disabled={busy}
          onClick={() => void accept()}
        >
          {words.accept}
        </button>
        <button type="button" className="button button-wide" onClick={() => navigate('/chat', 'replace')}>
          {words.later}
        </button>
      </div>
    </main>
  );
}
