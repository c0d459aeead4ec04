import { useState } from 'react';
import { changeChannel, createChannel, deleteChannel } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { may } from '../../../store/permissions';
import { byPosition } from '../../../store/servers';
import type { Channel } from '../../../store/serverTypes';
import { Confirm } from '../../../ui/Confirm';
import { FormError } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import { ChannelEditor } from './ChannelEditor';
import { NewNamed } from './NewNamed';
import type { SectionProps } from './ServerSettings';
import { useWork } from './useWork';

const words = all.channels;

/** The channels in their order. */
export default function Channels({ details }: SectionProps) {
  const { id } = details.server;
  const { error, busy, carryOut } = useWork(id);
  const [editing, setEditing] = useState<number | null>(null);
  const [deleting, setDeleting] = useState<Channel | null>(null);
  const channels = byPosition(details.channels);
  const edited = channels.find((channel) => channel.id === editing);
  const manages = may(details.me, 'manage_channels');

  /** To where its neighbour is. */
  const move = (channel: Channel, neighbour: Channel | undefined) =>
    neighbour === undefined
      ? undefined
      : void carryOut(() => changeChannel(id, channel.id, { position: neighbour.position }));

  return (
    <>
      <FormError message={error} />
      {manages ? (
        <NewNamed
          label={words.new}
          action={words.create}
          busy={busy}
          onCreate={(name) => carryOut(() => createChannel(id, name))}
        />
      ) : null}
      <ul className="rows">
        {channels.map((channel, index) => (
          <li key={channel.id} className="row">
            <span className="row-text row-icon">
              <Icon name={channel.restricted ? 'lock' : 'hash'} size={18} />
              <span>
                <strong>{channel.name}</strong>
                {channel.topic ? <small className="hint">{channel.topic}</small> : null}
              </span>
            </span>
            <span className="row-actions">
              {manages ? (
                <>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={words.up(channel.name)}
                    disabled={busy || index === 0}
                    onClick={() => move(channel, channels[index - 1])}
                  >
                    <Icon name="up" size={18} />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={words.down(channel.name)}
                    disabled={busy || index === channels.length - 1}
                    onClick={() => move(channel, channels[index + 1])}
                  >
                    <Icon name="down" size={18} />
                  </button>
                </>
              ) : null}
              <button
                type="button"
                className="icon-button"
                aria-label={words.edit(channel.name)}
                onClick={() => setEditing(channel.id)}
              >
                <Icon name="edit" size={18} />
              </button>
              {manages ? (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={words.remove(channel.name)}
                  onClick={() => setDeleting(channel)}
                >
                  <Icon name="delete" size={18} />
                </button>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
      {edited === undefined ? null : (
        <ChannelEditor key={edited.id} details={details} channel={edited} onClose={() => setEditing(null)} />
      )}
      {deleting === null ? null : (
        <Confirm
          title={words.removeTitle(deleting.name)}
          body={words.removeBody}
          action={words.removeAction}
          onClose={() => setDeleting(null)}
          onConfirm={async () => {
            await deleteChannel(id, deleting.id);
            void carryOut(async () => undefined);
          }}
        />
      )}
    </>
  );
}
