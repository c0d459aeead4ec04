import { type App, signApp, unsignApp } from '../../../api/apps';
import { words as all } from '../../../messages/portal';
import { notify, notifyError } from '../../../ui/notify';
import { reveal } from '../secrets';

const words = all.settings;

interface Props {
  app: App;
  onChanged: (app: App) => void;
}

/** Whether a webhook takes signed posts alone. The secret it is signed with is shown once, like any other. */
export function Signing({ app, onChanged }: Props) {
  async function sign() {
    const { app: signed, signingSecret } = await signApp(app.id);
    onChanged(signed);
    reveal(app.id, 'signing', signingSecret);
  }

  async function unsign() {
    onChanged(await unsignApp(app.id));
    notify(words.saved);
  }

  return (
    <section className="card" aria-labelledby="signing">
      <h2 id="signing">{words.signing}</h2>
      <p className="hint">{words.signingHint}</p>
      <div className="chips">
        <button type="button" className="button" onClick={() => void sign().catch(notifyError)}>
          {app.signing === true ? words.signingNew : words.signingOn}
        </button>
        {app.signing === true ? (
          <button type="button" className="button" onClick={() => void unsign().catch(notifyError)}>
            {words.signingOff}
          </button>
        ) : null}
      </div>
    </section>
  );
}
