import { useEffect, useRef } from 'react';
import { words as all } from '../../messages/portal';
import { Icon } from '../../ui/Icon';
import { copy } from '../../ui/notify';
import { secretSaved, useUnsaved } from './secrets';

const words = all.secret;

/** The one time a secret is shown. It stays until its owner says that it is saved. */
export function SecretBanner({ app }: { app: number }) {
  const secret = useUnsaved(app);
  const banner = useRef<HTMLElement>(null);
  const shown = secret?.value;

  // It may have been asked for further down, where the banner is out of sight.
  useEffect(() => {
    if (shown === undefined) return;
    banner.current?.scrollIntoView({ block: 'nearest' });
    banner.current?.focus({ preventScroll: true });
  }, [shown]);

  if (secret === undefined) return null;
  const { kind, value } = secret;
  return (
    <section ref={banner} tabIndex={-1} className="secret-banner" role="alert" aria-label={words.title[kind]}>
      <strong>
        <Icon name="key" size={18} />
        {words.title[kind]}
      </strong>
      <p>{words.hint}</p>
      <textarea
        readOnly
        rows={1}
        className="secret-value"
        aria-label={words.title[kind]}
        value={value}
        autoComplete="off"
        onFocus={(event) => event.target.select()}
      />
      <div className="chips">
        <button
          type="button"
          className="button button-primary"
          onClick={() => void copy(value, words.copied)}
        >
          <Icon name="copy" size={18} />
          {words.copy}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            // On to what one does next; with the banner the focus would go.
            banner.current?.nextElementSibling?.querySelector<HTMLElement>('a')?.focus();
            secretSaved(secret);
          }}
        >
          <Icon name="check" size={18} />
          {words.done}
        </button>
      </div>
    </section>
  );
}
