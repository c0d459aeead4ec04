import { type App, adoptApp, changeApp } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { Icon } from '../../ui/Icon';
import { notify, notifyError } from '../../ui/notify';
import { short } from '../../ui/time';

const words = all.app;

interface Props {
  app: App;
  onChanged: (app: App) => void;
}

/** Why an app is refused although everything about it is right; nothing where it is not. */
export function AppState({ app, onChanged }: Props) {
  const { suspended, visible, paused } = app;
  if (suspended !== null) {
    return (
      <section className="state-banner state-danger" role="status">
        <Icon name="ban" />
        <div>
          <strong>{words.suspended}</strong>
          <p>
            {words.suspendedAt(short(suspended.at))}{' '}
            {suspended.reason === null ? null : words.suspendedReason(suspended.reason)}
          </p>
          <p>{words.suspendedHint}</p>
        </div>
      </section>
    );
  }
  if (paused === true) {
    return (
      <section className="state-banner" role="status">
        <Icon name="warning" />
        <div>
          <strong>{words.paused}</strong>
          <p>{words.pausedHint}</p>
        </div>
        <button
          type="button"
          className="button"
          onClick={() =>
            void adoptApp(app.id).then((adopted) => {
              onChanged(adopted);
              notify(words.adopted);
            }, notifyError)
          }
        >
          {words.adopt}
        </button>
      </section>
    );
  }
  if (visible !== false) return null;
  return (
    <section className="state-banner" role="status">
      <Icon name="info" />
      <div>
        <strong>{words.hidden}</strong>
        <p>{words.hiddenHint}</p>
      </div>
      <button
        type="button"
        className="button"
        onClick={() => void changeApp(app.id, { visible: true }).then(onChanged, notifyError)}
      >
        {words.unhide}
      </button>
    </section>
  );
}
