import { useState } from 'react';
import {
  type CustomChannel,
  checkCustom,
  deleteCustom,
  enableCustom,
  sourcePath,
  trustCustom,
} from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { words } from '../../messages/custom';
import { Confirm } from '../../ui/Confirm';
import { Icon, type IconName } from '../../ui/Icon';
import { Menu } from '../../ui/Menu';
import { notify, notifyError } from '../../ui/notify';
import { TrustDialog } from './TrustDialog';
import { UpdateDialog } from './UpdateDialog';

interface Props {
  channel: CustomChannel;
  admin: boolean;
}

/** What whoever added a channel can do with it, and what admins can. */
export function ChannelMenu({ channel, admin }: Props) {
  const { id, name, sha256, enabled, found, trusted_by: trustedBy } = channel;
  const [open, setOpen] = useState<'trust' | 'update' | 'remove' | null>(null);
  const close = () => setOpen(null);

  async function work(doing: () => Promise<string | null>) {
    try {
      const done = await doing();
      await listCustomChannels();
      if (done !== null) notify(done);
    } catch (error) {
      notifyError(error);
    }
  }

  return (
    <>
      <Menu label={words.more(name)}>
        {(closeMenu) => {
          const item = (icon: IconName, label: string, act: () => void) => (
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                closeMenu();
                act();
              }}
            >
              <Icon name={icon} size={18} />
              {label}
            </button>
          );
          return (
            <>
              <a
                className="menu-item"
                href={sourcePath(id, sha256)}
                target="_blank"
                rel="noreferrer"
                onClick={closeMenu}
              >
                <Icon name="code" size={18} />
                {words.actions.source}
              </a>
              {found == null
                ? item('sync', words.actions.check, () =>
                    work(async () => ((await checkCustom(id)) ? words.found : words.checked)),
                  )
                : item('download', words.actions.update, () => setOpen('update'))}
              {item(enabled ? 'ban' : 'play', enabled ? words.actions.disable : words.actions.enable, () =>
                work(() => enableCustom(id, !enabled).then(() => null)),
              )}
              {!admin
                ? null
                : trustedBy == null
                  ? item('warning', words.actions.trust, () => setOpen('trust'))
                  : item('lock', words.actions.distrust, () =>
                      work(() => trustCustom(id, null).then(() => words.trust.undone(name))),
                    )}
              {item('delete', words.actions.remove, () => setOpen('remove'))}
            </>
          );
        }}
      </Menu>
      {open === 'trust' ? <TrustDialog channel={channel} onClose={close} /> : null}
      {open === 'update' && found != null ? (
        <UpdateDialog channel={channel} found={found.sha256} onClose={close} />
      ) : null}
      {open === 'remove' ? (
        <Confirm
          title={words.remove.title(name)}
          body={words.remove.body}
          action={words.remove.action}
          onConfirm={() => deleteCustom(id).then(listCustomChannels)}
          onClose={close}
        />
      ) : null}
    </>
  );
}
