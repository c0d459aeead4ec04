import { useEffect } from 'react';
import { answerCall, linkedCall } from '../../live/calling';
import { navigate, useLocation } from '../../router';
import { useChatter } from '../../store/store';

/** A link to a call leads into it, once. */
export function useLinkedCall(): void {
  const { path, query } = useLocation();
  const ready = useChatter((state) => state.ready);
  const id = path === '/chat' ? query.get('call') : null;
  useEffect(() => {
    if (id === null || !ready) return;
    navigate('/chat', 'replace');
    void linkedCall(id).then((call) => {
      if (call === null) return;
      navigate(`/chat?c=${encodeURIComponent(call.conversation)}`, 'replace');
      return answerCall(call, false);
    });
  }, [id, ready]);
}
