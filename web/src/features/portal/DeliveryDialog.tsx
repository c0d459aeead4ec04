import { useState } from 'react';
import type { App, Delivery } from '../../api/apps';
import { words as all } from '../../messages/portalLog';
import { portalPath } from '../../router';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { copy } from '../../ui/notify';
import { PageLink } from '../../ui/PageLink';
import { exact } from '../../ui/time';
import { deliveryCurl } from './deliveryCurl';
import { meaningOf } from './errorCodes';
import { testOf } from './lastTests';
import { useSecret } from './secrets';
import { sendTest } from './sendTest';
import { ownPath } from './url';

const words = all.delivery;

interface Props {
  app: App;
  delivery: Delivery;
  /** It was sent again: there is one more. */
  onSent: () => void;
  onClose: () => void;
}

/** One delivery: all that is known of it, and how to make it again. */
export default function DeliveryDialog({ app, delivery, onSent, onClose }: Props) {
  const test = testOf(app.id, delivery);
  const curl = deliveryCurl(app, window.location.origin, test?.body ?? null);
  const { at, status, error, latencyMs, bytes, remote } = delivery;
  const meaning = error == null ? null : meaningOf(error);
  return (
    <Dialog title={words.title(status)} onClose={onClose}>
      <div className="stack">
        <dl className="facts">
          <Fact name={all.deliveries.time}>{exact(at)}</Fact>
          {error == null ? null : (
            <Fact name={all.deliveries.error}>
              <code>{error}</code>
            </Fact>
          )}
          {meaning === null ? null : <Fact name={words.meaning}>{meaning}</Fact>}
          <Fact name={all.deliveries.latency}>{all.deliveries.ms(latencyMs)}</Fact>
          <Fact name={all.deliveries.size}>{all.deliveries.bytes(bytes)}</Fact>
          <Fact name={all.deliveries.remote}>{remote}</Fact>
        </dl>
        {error == null ? null : (
          <p>
            <PageLink className="portal-link" to={`${portalPath}/errors?code=${encodeURIComponent(error)}`}>
              {words.toReference}
            </PageLink>
          </p>
        )}
        <section className="snippet" aria-label={words.curl}>
          <h3>{words.curl}</h3>
          <p className="hint">{test === null ? words.lost : words.kept}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse */}
          <pre tabIndex={0}>
            <code>{curl}</code>
          </pre>
          <button type="button" className="button" onClick={() => void copy(curl, words.copied)}>
            <Icon name="copy" size={18} />
            {words.copy}
          </button>
        </section>
        {test === null ? (
          <p className="hint">{words.noReplay}</p>
        ) : (
          <Again app={app} body={test.body} onSent={onSent} />
        )}
      </div>
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** For a test whose body this page still has. */
function Again({ app, body, onSent }: { app: App; body: string; onSent: () => void }) {
  const secret = useSecret(app.id, 'url');
  const path = secret === undefined ? null : ownPath(app, secret);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');

  async function send(to: string) {
    setBusy(true);
    const { status, ms } = await sendTest(app.id, to, body);
    setSaid(status === 0 ? words.unreachable : words.sent(status, ms));
    setBusy(false);
    onSent();
  }

  if (path === null) return <p className="hint">{words.againNoSecret}</p>;
  return (
    <div className="try-send">
      <button type="button" className="button" disabled={busy} onClick={() => void send(path)}>
        <Icon name="redo" size={18} />
        {words.again}
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
