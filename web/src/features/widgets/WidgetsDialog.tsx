import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { refreshWidgets } from '../../live/servers';
import { words } from '../../messages/widgets';
import { may } from '../../store/permissions';
import { useChatter } from '../../store/store';
import { Dialog } from '../../ui/Dialog';
import { FormError } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { Skeleton } from '../../ui/Skeleton';
import { Tile } from './Tile';
import { useStaleness } from './useStaleness';
import { WidgetControls } from './WidgetControls';

interface Props {
  server: number;
  onClose: () => void;
}

/** All widgets of a server, live; those who manage it choose which one is pinned, and which are hidden. */
export default function WidgetsDialog({ server, onClose }: Props) {
  const widgets = useChatter((state) => state.servers.widgets[server]);
  const manages = useChatter((state) => may(state.servers.details[server]?.me, 'manage_server'));
  const [error, setError] = useState<string | null>(null);
  const now = useStaleness(widgets?.map(({ snapshot }) => snapshot) ?? []);

  useEffect(() => {
    refreshWidgets(server).then(
      () => setError(null),
      (reason) => setError(explain(reason)),
    );
  }, [server]);

  const create = (
    <PageLink className="button" to={`/developers/new/widget?server=${server}`}>
      {words.create}
    </PageLink>
  );
  return (
    <Dialog title={words.title} onClose={onClose} className="dialog-side">
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {widgets === undefined ? (
        error === null ? (
          <Skeleton rows={3} />
        ) : null
      ) : widgets.length === 0 ? (
        <div className="panel stack">
          <strong>{words.none}</strong>
          <p className="hint">{words.noneHint}</p>
          {manages ? create : null}
        </div>
      ) : (
        <>
          <ul className="tile-list">
            {widgets.map((widget) => (
              <li key={widget.appId}>
                <section className="tile-frame" aria-label={widget.name}>
                  <header className="tile-title">
                    <h3>{widget.name}</h3>
                    {widget.pinned ? <span className="chip">{words.pinned}</span> : null}
                    {widget.visible ? null : (
                      <span className="chip chip-quiet" title={words.hiddenHint}>
                        {words.hidden}
                      </span>
                    )}
                  </header>
                  {widget.description ? <p className="hint">{widget.description}</p> : null}
                  <Tile snapshot={widget.snapshot} now={now} />
                  {manages ? <WidgetControls server={server} widget={widget} /> : null}
                </section>
              </li>
            ))}
          </ul>
          {manages ? create : null}
        </>
      )}
    </Dialog>
  );
}
