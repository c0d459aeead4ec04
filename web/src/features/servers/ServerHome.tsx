import { useEffect } from 'react';
import { text } from '../../messages';
import { conversationPath, navigate } from '../../router';
import { byPosition } from '../../store/servers';
import { useChatter } from '../../store/store';

const words = text.servers;

/** Beside the channels of a server, while none of them is open. With room for both, the first one is opened. */
export function ServerHome({ id }: { id: number }) {
  const listed = useChatter((state) => state.servers.listed);
  const known = useChatter((state) => state.servers.entries[id] !== undefined);
  const details = useChatter((state) => state.servers.details[id]);
  const first = details === undefined ? undefined : byPosition(details.channels)[0]?.id;

  useEffect(() => {
    if (first !== undefined && matchMedia('(width >= 760px)').matches)
      navigate(conversationPath(`channel:${first}`), 'replace');
  }, [first]);

  const missing = listed && !known;
  return (
    <div className="nothing" id="messages">
      <img src="/favicon.svg" alt="" width={64} height={64} />
      <h2>{missing ? words.missing : known ? words.pick : text.loading}</h2>
      <p>{missing ? words.missingHint : known ? words.pickHint : ''}</p>
      {missing ? (
        <button type="button" className="button" onClick={() => navigate('/chat', 'replace')}>
          {text.chat.toList}
        </button>
      ) : null}
    </div>
  );
}
