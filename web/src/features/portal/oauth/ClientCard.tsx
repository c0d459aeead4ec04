import type { App } from '../../../api/apps';
import { words as all } from '../../../messages/portal';
import { Icon } from '../../../ui/Icon';
import { copy } from '../../../ui/notify';
import { short } from '../../../ui/time';
import { masked } from '../url';

const words = all.oauth;

/** What a service has to know of itself, and how many people use it. */
export function ClientCard({ app }: { app: App }) {
  const { clientId = '', clientType = 'confidential', secrets = [], grants = 0 } = app;
  return (
    <section className="card" aria-labelledby="client">
      <h2 id="client">{words.client}</h2>
      <dl className="facts">
        <div>
          <dt>{words.clientId}</dt>
          <dd>
            <code>{clientId}</code>
            <button
              type="button"
              className="icon-button"
              aria-label={`${all.snippets.copy}: ${words.clientId}`}
              onClick={() => void copy(clientId, all.snippets.copied)}
            >
              <Icon name="copy" size={18} />
            </button>
          </dd>
        </div>
        <div>
          <dt>{words.type}</dt>
          <dd>{all.create.clientTypes[clientType].name}</dd>
        </div>
        {secrets.length === 0 ? null : (
          <div>
            <dt>{words.secrets}</dt>
            <dd>
              {secrets.map((secret) => (
                <span key={secret.id}>{words.secret(masked(secret), short(secret.createdAt))}</span>
              ))}
            </dd>
          </div>
        )}
      </dl>
      <p className="hint">{words.grants(grants)}</p>
    </section>
  );
}
