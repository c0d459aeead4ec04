import { useSyncExternalStore } from 'react';

/** True while the person can be taken to look at this page. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, isAttentive);
}

const isAttentive = () => document.visibilityState === 'visible' && document.hasFocus();

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
  };
}
