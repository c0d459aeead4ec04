import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { openServer } from '../../live/servers';
import { text } from '../../messages';
import { conversationPath, navigate, serverSettingsPath } from '../../router';
import { may } from '../../store/permissions';
import { type ChannelRow, channelsOf } from '../../store/servers';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { Menu } from '../../ui/Menu';
import { PageLink } from '../../ui/PageLink';
import { part } from '../../ui/part';
import { WaitingBadges } from '../../ui/WaitingBadges';

const InviteDialog = part(() => import('./InviteDialog'));
const LeaveServer = part(() => import('./LeaveServer'));
const MembersDialog = part(() => import('./MembersDialog'));
const PinnedTile = part(() => import('../widgets/PinnedTile'));
const WidgetsDialog = part(() => import('../widgets/WidgetsDialog'));

const words = text.servers;

type Overlay = 'invite' | 'leave' | 'members' | 'widgets' | null;

interface Props {
  id: number;
  openId: string | null;
  footer: ReactNode;
}

/** A server's column: its name and what can be done with it, its pinned tile, its channels. */
export function ServerSidebar({ id, openId, footer }: Props) {
  const entry = useChatter((state) => state.servers.entries[id]);
  const details = useChatter((state) => state.servers.details[id]);
  const conversations = useChatter((state) => state.conversations);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const channels = useMemo(() => channelsOf(details, conversations, id), [details, conversations, id]);
  const isMember = entry !== undefined;

  useEffect(() => {
    if (isMember) void openServer(id);
  }, [id, isMember]);

  const name = entry?.name ?? '';
  const Heading = openId === null ? 'h1' : 'span';
  return (
    <nav className="sidebar" aria-label={words.channels}>
      <header className="sidebar-head">
        <Heading className="wordmark server-name" title={name}>
          {name}
        </Heading>
        {isMember ? <HeadActions id={id} name={name} onPick={setOverlay} /> : null}
      </header>
      {details?.pinnedWidget ? (
        <PinnedTile widget={details.pinnedWidget} onOpen={() => setOverlay('widgets')} />
      ) : null}
      <ul className="conversation-list" id="channels" aria-busy={details === undefined}>
        {channels.map((channel) => (
          <Channel key={channel.id} channel={channel} open={openId === `channel:${channel.id}`} />
        ))}
        {details !== undefined && channels.length === 0 ? (
          <li className="sidebar-empty">{words.noChannels}</li>
        ) : null}
      </ul>
      {footer}
      {overlay === 'invite' ? <InviteDialog server={id} onClose={() => setOverlay(null)} /> : null}
      {overlay === 'leave' ? <LeaveServer server={id} name={name} onClose={() => setOverlay(null)} /> : null}
      {overlay === 'members' ? <MembersDialog server={id} onClose={() => setOverlay(null)} /> : null}
      {overlay === 'widgets' ? <WidgetsDialog server={id} onClose={() => setOverlay(null)} /> : null}
    </nav>
  );
}

interface HeadProps {
  id: number;
  name: string;
  onPick: (overlay: Overlay) => void;
}

/** What can be done with a server, beside its name. */
function HeadActions({ id, name, onPick }: HeadProps) {
  const entry = useChatter((state) => state.servers.entries[id]);
  const details = useChatter((state) => state.servers.details[id]);
  const me = useChatter((state) => state.me?.id ?? 0);
  const mine = details?.me ?? entry;
  const manages = mine?.permissions.some((permission) => MANAGING.has(permission)) === true;
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={words.widgets}
        title={words.widgets}
        onClick={() => onPick('widgets')}
      >
        <Icon name="chart" />
      </button>
      <Menu label={words.menu(name)}>
        {(close) => {
          const item = (icon: Parameters<typeof Icon>[0]['name'], label: string, run: () => void) => (
            <button
              key={label}
              type="button"
              className="menu-item"
              onClick={() => {
                close();
                run();
              }}
            >
              <Icon name={icon} size={18} />
              {label}
            </button>
          );
          return (
            <>
              {may(mine, 'create_invite') ? item('userAdd', words.invite, () => onPick('invite')) : null}
              {item('group', words.members, () => onPick('members'))}
              {manages ? item('settings', words.settings, () => navigate(serverSettingsPath(id))) : null}
              {entry?.ownerId === me ? null : item('signOut', words.leave, () => onPick('leave'))}
            </>
          );
        }}
      </Menu>
    </>
  );
}

/** Whoever holds one of these finds something to do in the settings. */
const MANAGING = new Set<string>([
  'administrator',
  'manage_server',
  'manage_roles',
  'manage_channels',
  'manage_members',
  'moderate_members',
  'kick_members',
  'ban_members',
  'view_audit_log',
]);

function Channel({ channel, open }: { channel: ChannelRow; open: boolean }) {
  const { conversation, restricted, name } = channel;
  const { unread = 0, mentions = 0 } = conversation ?? {};
  return (
    <li>
      <PageLink
        className="channel-item"
        to={conversationPath(`channel:${channel.id}`)}
        current={open}
        data-unread={unread > 0}
      >
        <Icon name={restricted ? 'lock' : 'hash'} size={18} />
        <span className="channel-item-name">
          {name}
          {restricted ? <span className="visually-hidden"> ({words.restricted})</span> : null}
        </span>
        {conversation?.locked ? (
          <span className="channel-item-locked" title={text.chat.locked}>
            <Icon name="lock" size={14} />
            <span className="visually-hidden">{text.chat.locked}</span>
          </span>
        ) : null}
        <WaitingBadges unread={unread} mentions={mentions} />
      </PageLink>
    </li>
  );
}
