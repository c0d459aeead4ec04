import { type ComponentType, useEffect, useRef, useState } from 'react';
import { openServer } from '../../../live/servers';
import { text } from '../../../messages';
import { words as all } from '../../../messages/servers';
import { navigate, serverPath, serverSettingsPath } from '../../../router';
import { may, type Permission } from '../../../store/permissions';
import type { ServerDetails } from '../../../store/serverTypes';
import { useChatter } from '../../../store/store';
import { Icon } from '../../../ui/Icon';
import { PageLink } from '../../../ui/PageLink';
import { part } from '../../../ui/part';
import { Skeleton } from '../../../ui/Skeleton';
import '../../../ui/styles/settings.css';

const words = all.settings;
const waiting = <Skeleton rows={4} />;

export interface SectionProps {
  details: ServerDetails;
}

type Section = keyof typeof words.sections;

/** Each with what one has to be allowed to find anything in it; any of them is enough. */
const sections: Record<Section, { needs: Permission[]; show: ComponentType<SectionProps> }> = {
  overview: { needs: ['manage_server'], show: part(() => import('./Overview'), waiting) },
  channels: { needs: ['manage_channels', 'manage_roles'], show: part(() => import('./Channels'), waiting) },
  roles: { needs: ['manage_roles'], show: part(() => import('./Roles'), waiting) },
  members: {
    needs: ['manage_members', 'moderate_members', 'kick_members', 'ban_members'],
    show: part(() => import('./Members'), waiting),
  },
  invites: { needs: ['manage_server'], show: part(() => import('./Invites'), waiting) },
  bans: { needs: ['ban_members'], show: part(() => import('./Bans'), waiting) },
  apps: { needs: ['manage_server'], show: part(() => import('./Apps'), waiting) },
  audit: { needs: ['view_audit_log'], show: part(() => import('./Audit'), waiting) },
};

interface Props {
  server: number;
  section: string;
}

/** The settings of a server: a section for each thing one may change. */
export default function ServerSettings({ server, section }: Props) {
  const details = useChatter((state) => state.servers.details[server]);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    void openServer(server).then((opened) => setFailed(!opened));
  }, [server]);

  return (
    <div className="page">
      <header className="page-head">
        <button
          type="button"
          className="icon-button"
          aria-label={words.back}
          onClick={() => navigate(serverPath(server))}
        >
          <Icon name="back" />
        </button>
        <h1>{words.title(details?.server.name ?? text.servers.title)}</h1>
      </header>
      {details === undefined ? (
        <main className="page-body">
          {failed ? (
            <div className="panel">
              <strong>{text.servers.missing}</strong>
              <p className="hint">{text.servers.missingHint}</p>
            </div>
          ) : (
            waiting
          )}
        </main>
      ) : (
        <Sections details={details} wanted={section} />
      )}
    </div>
  );
}

function Sections({ details, wanted }: SectionProps & { wanted: string }) {
  const server = details.server.id;
  const names = Object.keys(sections) as Section[];
  const open = names.filter((name) => sections[name].needs.some((permission) => may(details.me, permission)));
  const shown = open.find((name) => name === wanted) ?? open[0];
  if (shown === undefined) {
    return (
      <main className="page-body">
        <div className="panel stack">
          <strong>{words.denied}</strong>
          <p className="hint">{words.deniedHint}</p>
          <div>
            <PageLink className="button" to={serverPath(server)}>
              {words.back}
            </PageLink>
          </div>
        </div>
      </main>
    );
  }
  const { show: Shown } = sections[shown];
  return (
    <div className="settings">
      <Nav server={server} open={open} shown={shown} />
      <main className="settings-body">
        <section className="card" aria-labelledby="section">
          <h2 id="section">{words.sections[shown]}</h2>
          <Shown details={details} />
        </section>
      </main>
    </div>
  );
}

interface NavProps {
  server: number;
  open: Section[];
  shown: Section;
}

function Nav({ server, open, shown }: NavProps) {
  const nav = useRef<HTMLElement>(null);

  // On a phone they are one line, of which the chosen one may be outside.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is chosen
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [shown]);

  return (
    <nav ref={nav} className="settings-nav" aria-label={words.nav}>
      {open.map((name) => (
        <PageLink
          key={name}
          className="settings-link"
          to={serverSettingsPath(server, name)}
          current={name === shown}
        >
          {words.sections[name]}
        </PageLink>
      ))}
    </nav>
  );
}
