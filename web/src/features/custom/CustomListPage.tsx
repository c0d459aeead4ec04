import { useEffect, useState } from 'react';
import type { CustomChannel } from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { text } from '../../messages';
import { words } from '../../messages/custom';
import { customChannelPath, navigate } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PageLink } from '../../ui/PageLink';
import { part } from '../../ui/part';
import { Skeleton } from '../../ui/Skeleton';
import { ChannelMenu } from './ChannelMenu';
import { ModeChip } from './ModeChip';
import '../../ui/styles/custom.css';

const AddDialog = part(() => import('./AddDialog'));

/** All custom channels, and what can be done with them. */
export default function CustomListPage() {
  const { list, error } = useChatter((state) => state.custom);
  const [adding, setAdding] = useState(false);
  useEffect(() => void listCustomChannels(), []);

  return (
    <section className="custom" id="custom" aria-label={words.title}>
      <header className="conversation-head">
        <button
          type="button"
          className="icon-button only-phone"
          aria-label={text.nav.backToChat}
          onClick={() => navigate('/chat')}
        >
          <Icon name="back" />
        </button>
        <div className="conversation-title">
          <h1>{words.title}</h1>
        </div>
        <button
          type="button"
          className="button button-primary"
          aria-label={words.list.add}
          onClick={() => setAdding(true)}
        >
          <Icon name="add" size={18} />
          <span aria-hidden="true" className="not-narrow">
            {words.list.add}
          </span>
        </button>
      </header>
      <div className="custom-body">
        <p className="hint">{words.list.hint}</p>
        {error === null ? null : (
          <div className="custom-error" role="alert">
            <p>
              {words.list.failed} {error}
            </p>
            <button type="button" className="button button-small" onClick={() => void listCustomChannels()}>
              {text.retry}
            </button>
          </div>
        )}
        {list === null && error === null ? <Skeleton rows={3} /> : null}
        {list?.length === 0 ? (
          <div className="nothing">
            <Icon name="code" size={56} />
            <h2>{words.list.empty}</h2>
            <p>{words.list.emptyHint}</p>
            <button type="button" className="button" onClick={() => setAdding(true)}>
              {words.list.add}
            </button>
          </div>
        ) : null}
        <ul className="custom-list" aria-label={words.title}>
          {list?.map((channel) => (
            <Row key={channel.id} channel={channel} />
          ))}
        </ul>
      </div>
      {adding ? <AddDialog onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function Row({ channel }: { channel: CustomChannel }) {
  const me = useChatter((state) => state.me);
  const { id, name, url, enabled, created_by: creator, found, mode } = channel;
  return (
    <li className="custom-row">
      <PageLink className="custom-item" to={customChannelPath(id)}>
        <strong>{name}</strong>
        <small>
          {words.by(creator)} · {hostOf(url)}
        </small>
      </PageLink>
      <span className="custom-chips">
        {enabled ? <ModeChip mode={mode} /> : <span className="chip">{words.off}</span>}
        {found == null ? null : <span className="chip chip-warn">{words.changed}</span>}
      </span>
      {creator === me?.name || me?.isAdmin ? (
        <ChannelMenu channel={channel} admin={me?.isAdmin === true} />
      ) : null}
    </li>
  );
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url);
