import { useEffect, useRef, useState } from 'react';
import type { CustomChannel } from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { text } from '../../messages';
import { words } from '../../messages/custom';
import { customPath, navigate } from '../../router';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import type { Facts } from './bridge/protocol';
import { CommandLine } from './CommandLine';
import { ModeChip } from './ModeChip';
import type { Running } from './running';
import { SandboxFrame } from './SandboxFrame';
import { TrustedChannel } from './TrustedChannel';
import '../../ui/styles/custom.css';

type Stopped = keyof typeof words.page.stopped;

/** One custom channel: what it shows, and where one types commands for it. */
export default function CustomChannelPage({ id }: { id: number }) {
  const { list, error } = useChatter((state) => state.custom);
  const channel = list?.find((one) => one.id === id);
  useEffect(() => void listCustomChannels(), []);
  if (channel === undefined) {
    return (
      <div className="nothing" id="custom" role="status">
        <h1>{list === null && error === null ? text.loading : words.page.gone}</h1>
        {list === null && error === null ? null : <p>{error ?? words.page.goneHint}</p>}
        <button type="button" className="button" onClick={() => navigate(customPath)}>
          {words.toList}
        </button>
      </div>
    );
  }
  // Another script, or another place for it to run in, is a new start.
  return <Open key={`${channel.sha256} ${channel.mode} ${channel.enabled}`} channel={channel} />;
}

function Open({ channel }: { channel: CustomChannel }) {
  const [facts, setFacts] = useState<Facts | null>(null);
  const [stopped, setStopped] = useState<{ reason: Stopped; detail: string } | null>(null);
  const [starts, setStarts] = useState(0);
  const running = useRef<Running>(null);
  const shown = {
    channel,
    handle: running,
    onReady: setFacts,
    onStopped: (reason: Stopped, detail: string) => setStopped({ reason, detail }),
  };

  return (
    <section className="custom" id="custom" aria-label={channel.name}>
      <header className="conversation-head">
        <button
          type="button"
          className="icon-button"
          aria-label={words.toList}
          title={words.toList}
          onClick={() => navigate(customPath)}
        >
          <Icon name="back" />
        </button>
        <div className="conversation-title custom-title">
          <h1>
            {facts === null || facts.icon === '' ? null : <span aria-hidden="true">{facts.icon} </span>}
            {channel.name}
          </h1>
          <small>
            {facts === null || facts.description === '' ? words.by(channel.created_by) : facts.description}
          </small>
        </div>
        <ModeChip mode={channel.mode} />
      </header>
      {!channel.enabled ? (
        <Instead title={words.page.disabled} detail={words.page.disabledHint} />
      ) : stopped !== null ? (
        <Instead title={words.page.stopped[stopped.reason]} detail={stopped.detail}>
          <button
            type="button"
            className="button"
            onClick={() => {
              setStopped(null);
              setFacts(null);
              setStarts(starts + 1);
            }}
          >
            {words.page.again}
          </button>
        </Instead>
      ) : (
        <>
          <div className="custom-stage">
            {facts === null ? (
              <p className="custom-starting" role="status">
                {words.page.starting}
              </p>
            ) : null}
            {channel.mode === 'full' ? (
              <TrustedChannel key={starts} {...shown} />
            ) : (
              <SandboxFrame key={starts} {...shown} />
            )}
          </div>
          <CommandLine channel={channel.id} running={running} />
        </>
      )}
    </section>
  );
}

function Instead({ title, detail, children }: { title: string; detail: string; children?: React.ReactNode }) {
  return (
    <div className="nothing" role="alert">
      <h2>{title}</h2>
      {detail === '' ? null : <p>{detail}</p>}
      {children}
    </div>
  );
}
