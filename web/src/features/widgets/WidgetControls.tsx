import { useState } from 'react';
import { changeApp } from '../../api/apps';
import { pinWidget, unpinWidget } from '../../api/widgets';
import { openServer, refreshWidgets } from '../../live/servers';
import { text } from '../../messages';
import { words } from '../../messages/widgets';
import type { Widget } from '../../store/serverTypes';
import { notifyError } from '../../ui/notify';

interface Props {
  server: number;
  widget: Widget;
  onChanged?: () => void;
}

/** For those who manage the server: which widget is pinned, and which are hidden. */
export function WidgetControls({ server, widget, onChanged }: Props) {
  const [busy, setBusy] = useState(false);
  const { appId, name, pinned, visible } = widget;

  async function carryOut(change: () => Promise<unknown>) {
    setBusy(true);
    try {
      await change();
      await Promise.all([refreshWidgets(server), openServer(server)]);
      onChanged?.();
    } catch (reason) {
      notifyError(reason);
    }
    setBusy(false);
  }

  return (
    <fieldset className="tile-controls" disabled={busy}>
      <legend className="visually-hidden">{words.actions(name)}</legend>
      {visible ? (
        <button
          type="button"
          className="button button-small"
          onClick={() =>
            void carryOut(() => (pinned ? unpinWidget(server, appId) : pinWidget(server, appId)))
          }
        >
          {pinned ? words.unpin : words.pin}
        </button>
      ) : null}
      <button
        type="button"
        className="button button-small"
        onClick={() => void carryOut(() => changeApp(appId, { visible: !visible }))}
      >
        {visible ? words.hide : words.show}
      </button>
      {busy ? <small className="hint">{text.loading}</small> : null}
    </fieldset>
  );
}
