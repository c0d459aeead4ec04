import type { App } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { words as docs } from '../../messages/portalDocs';
import { portalPath } from '../../router';
import { useChatter } from '../../store/store';
import { PageLink } from '../../ui/PageLink';
import { ClientCard } from './oauth/ClientCard';
import { RotateCard } from './RotateCard';
import { Snippets } from './Snippets';
import { type SecretKind, useSecret } from './secrets';
import { integrationSnippets } from './snippets/integration';
import type { Snippet } from './snippets/model';
import { oauthSnippets } from './snippets/oauth';
import { webhookSnippets } from './snippets/webhook';
import { widgetSnippets } from './snippets/widget';
import { Tokens } from './tokens/Tokens';
import { masked, maskedUrl } from './url';
import WidgetNow from './WidgetNow';

const secretKinds: Record<App['kind'], SecretKind> = {
  webhook: 'url',
  widget: 'url',
  integration: 'token',
  oauth: 'clientSecret',
};

/** Where the guide tells of each kind. */
const chapters: Record<App['kind'], string> = {
  webhook: 'webhooks',
  integration: 'integrations',
  widget: 'widgets',
  oauth: 'oauth',
};

/** What one needs to use it, and code that does. */
export default function Start({ app, onChanged }: { app: App; onChanged: (app: App) => void }) {
  const secret = useSecret(app.id, secretKinds[app.kind]);
  const me = useChatter((state) => state.me?.id ?? 0);
  const hint = app.kind === 'oauth' ? app.secrets?.[0] : app.urlHint;
  return (
    <>
      {app.kind === 'widget' && app.serverId !== null ? (
        <WidgetNow app={app} server={app.serverId} onChanged={onChanged} />
      ) : null}
      {app.kind === 'integration' ? <Tokens app={app} /> : null}
      {app.kind === 'oauth' ? <ClientCard app={app} /> : null}
      {secret === undefined && hint ? (
        <section className="card" aria-labelledby="secret">
          <h2 id="secret">{all.secret.of[secretKinds[app.kind]]}</h2>
          <p>
            <code>{masked(hint)}</code>
          </p>
          <p className="hint">{all.secret.lost}</p>
          <RotateCard app={app} />
        </section>
      ) : null}
      <Snippets snippets={snippetsOf(app, secret, me)} real={secret !== undefined} />
      <p className="portal-links">
        <PageLink to={`${portalPath}/docs#${chapters[app.kind]}`}>{docs.docs.of[app.kind]}</PageLink>
      </p>
    </>
  );
}

function snippetsOf(app: App, secret: string | undefined, me: number): Snippet[] {
  const base = window.location.origin;
  switch (app.kind) {
    case 'webhook':
      return webhookSnippets(secret ?? maskedUrl(app, base));
    case 'widget':
      return widgetSnippets(secret ?? maskedUrl(app, base));
    case 'integration':
      return integrationSnippets({
        base,
        server: app.serverId ?? 0,
        user: me,
        token: secret ?? 'YOUR_TOKEN',
      });
    case 'oauth':
      return oauthSnippets({
        base,
        clientId: app.clientId ?? '',
        redirectUri: app.redirectUris?.[0] ?? '',
        secret: app.clientType === 'public' ? null : (secret ?? 'YOUR_CLIENT_SECRET'),
      });
  }
}
