/** What there is to see of calls on every page: those that ring, and the one this tab is in. */

import { useChatter } from '../../store/store';
import { part } from '../../ui/part';
import { IncomingCalls } from './IncomingCalls';
import { useLinkedCall } from './useLinkedCall';

const CallPanel = part(() => import('./CallPanel'));

export function CallLayer() {
  const inCall = useChatter((state) => state.calls.active !== null);
  useLinkedCall();
  return (
    <>
      <IncomingCalls />
      {inCall ? <CallPanel /> : null}
    </>
  );
}
