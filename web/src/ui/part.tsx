import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { text } from '../messages';
import { current } from '../store/store';
import { Dialog } from './Dialog';

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/**
 * A component whose code is loaded when it is first shown. Without a connection that fails; it is said in its place,
 * and can be tried again, while the rest of the page goes on.
 */
export function part<P extends object>(load: Load<P>, waiting: ReactNode = null): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Part(props: P) {
    const [Loaded, setLoaded] = useState(() => known);
    const [failures, setFailures] = useState(0);
    const [trying, setTrying] = useState(true);

    useEffect(() => {
      if (!trying) return;
      let gone = false;
      load().then(
        (module) => {
          known = module.default;
          if (!gone) setLoaded(() => module.default);
        },
        () => {
          if (gone) return;
          setTrying(false);
          setFailures((count) => count + 1);
        },
      );
      return () => {
        gone = true;
      };
    }, [trying]);

    function retry() {
      // A server that answers and does not have the file is a newer one: its page asks for others.
      if (failures > 1 && current().link.phase === 'online') window.location.reload();
      else setTrying(true);
    }

    if (Loaded !== null) return <Loaded {...props} />;
    if (trying) return waiting;
    const onClose = 'onClose' in props ? (props.onClose as () => void) : null;
    return <Missing onRetry={retry} onClose={onClose} />;
  };
}

/** In place of a dialog it is one, so that it can be closed. */
function Missing({ onRetry, onClose }: { onRetry: () => void; onClose: (() => void) | null }) {
  const button = (
    <button type="button" className="button button-primary" onClick={onRetry}>
      {text.retry}
    </button>
  );
  if (onClose === null) {
    return (
      <section className="nothing" role="alert">
        <h2>{text.errors.partMissing}</h2>
        <p>{text.errors.partMissingHint}</p>
        {button}
      </section>
    );
  }
  return (
    <Dialog title={text.errors.partMissing} onClose={onClose} className="dialog-small">
      <p className="dialog-text">{text.errors.partMissingHint}</p>
      <div className="dialog-actions">{button}</div>
    </Dialog>
  );
}
