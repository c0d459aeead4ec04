import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import { type CustomChannel, framePath } from '../../api/custom';
import { words } from '../../messages/custom';
import { useChatter } from '../../store/store';
import { Confirm } from '../../ui/Confirm';
import { notify } from '../../ui/notify';
import { Bridge, type Host } from './bridge/bridge';
import type { Facts } from './bridge/protocol';
import { themeOf, useLook } from './look';
import type { Running } from './running';

interface Props {
  channel: CustomChannel;
  handle: React.Ref<Running>;
  onReady: (facts: Facts) => void;
  onStopped: (reason: Parameters<Host['stopped']>[0], detail: string) => void;
}

interface Question {
  target: string;
  text: string;
  answer: (agreed: boolean) => void;
}

/** A channel in its sandbox: a frame whose origin is nobody's, and the bridge to it. */
export function SandboxFrame({ channel, handle, onReady, onStopped }: Props) {
  const { id, name, sha256 } = channel;
  const me = useChatter((state) => state.me?.name ?? '');
  const look = useLook();
  const frame = useRef<HTMLIFrameElement>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const latest = useRef({ onReady, onStopped, name });
  latest.current = { onReady, onStopped, name };
  const [bridge] = useState(
    () =>
      new Bridge(id, {
        ready: (facts) => latest.current.onReady(facts),
        stopped: (reason, detail) => latest.current.onStopped(reason, detail),
        notify: (said) => notify(words.page.notice(latest.current.name, said)),
        confirmSend: (target, text) =>
          new Promise((answer) => {
            setQuestion({ target, text, answer });
          }),
      }),
  );
  useEffect(() => () => bridge.close(), [bridge]);
  useEffect(() => bridge.wear(themeOf(look)), [bridge, look]);
  useImperativeHandle(
    handle,
    () => ({
      command: (command, rest) => bridge.command(command, rest),
      message: (data) => bridge.message(data),
    }),
    [bridge],
  );

  function decide(agreed: boolean) {
    question?.answer(agreed);
    setQuestion(null);
  }

  return (
    <>
      <iframe
        ref={frame}
        className="custom-frame"
        title={words.page.frame(name)}
        // Without allow-same-origin: with it, this would be no sandbox at all.
        sandbox="allow-scripts"
        allow=""
        referrerPolicy="no-referrer"
        src={framePath(id, sha256)}
        onLoad={() => {
          const inner = frame.current?.contentWindow;
          if (inner) bridge.loaded(inner, me, themeOf(look));
        }}
      />
      {question === null ? null : (
        <Confirm
          title={words.send.title(name)}
          body={`${words.send.body(question.target)} ${question.text}`}
          action={words.send.action}
          harmless
          onConfirm={async () => decide(true)}
          onClose={() => decide(false)}
        />
      )}
    </>
  );
}
