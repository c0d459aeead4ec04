import { useState } from 'react';
import type { App } from '../../api/apps';
import { text } from '../../messages';
import { words as all } from '../../messages/portal';
import { words as widgetWords } from '../../messages/portalWidget';
import { parseCards } from '../../store/cards';
import type { Snapshot, WidgetRow } from '../../store/serverTypes';
import { Avatar } from '../../ui/Avatar';
import { Html } from '../../ui/Html';
import { Cards } from '../chat/Cards';
import { useCardMarkdown } from '../chat/useCardMarkdown';
import { Tile } from '../widgets/Tile';
import { isRecord } from './json/rules';
import { widgetProblems } from './json/widgetRules';
import { fromSlack, isSlacks } from './slackPreview';

const words = all.try;

interface Props {
  app: App;
  kind: 'webhook' | 'widget';
  value: unknown;
}

/** What members will see, as far as it can be told already. */
export function Preview({ app, kind, value }: Props) {
  return kind === 'widget' ? (
    <TilePreview app={app} value={value} />
  ) : (
    <MessagePreview app={app} value={value} />
  );
}

function TilePreview({ app, value }: { app: App; value: unknown }) {
  const rows = soundRows(value);
  const ttlSeconds = ttlIn(value);
  const [aged, setAged] = useState(false);
  if (rows.length === 0) return <p className="hint">{words.nothing}</p>;
  const now = Date.now();
  const snapshot: Snapshot = { updatedAt: new Date(now).toISOString(), rows, ttlSeconds };
  const later = aged && ttlSeconds !== null ? ttlSeconds * 1000 : 0;
  return (
    <>
      <div className="tile-frame">
        <strong>{app.name}</strong>
        <Tile snapshot={snapshot} now={now + later} />
      </div>
      {ttlSeconds === null ? null : (
        <label className="check">
          <input type="checkbox" checked={aged} onChange={(event) => setAged(event.target.checked)} />
          {widgetWords.preview.stale(ttlSeconds)}
        </label>
      )}
    </>
  );
}

/** How long the snapshot is news; null where it does not say, or not rightly. */
function ttlIn(value: unknown): number | null {
  if (!isRecord(value) || typeof value.ttl_seconds !== 'number') return null;
  const ttl = value.ttl_seconds;
  return Number.isInteger(ttl) && ttl >= 30 && ttl <= 86_400 ? ttl : null;
}

/** Of a snapshot that is not right yet, the rows that are. */
function soundRows(value: unknown): WidgetRow[] {
  if (!isRecord(value) || !Array.isArray(value.rows)) return [];
  return value.rows.filter((row) => widgetProblems({ rows: [row] }).length === 0).slice(0, 6);
}

function MessagePreview({ app, value }: { app: App; value: unknown }) {
  const render = useCardMarkdown();
  const sent = isRecord(value) ? value : {};
  const payload = isSlacks(sent) ? fromSlack(sent) : sent;
  const { content, text: alias, embeds } = payload;
  const { username } = sent;
  const said = [content, alias].find((part) => typeof part === 'string' && part.trim() !== '');
  const cards = parseCards(embeds);
  const name = typeof username === 'string' && username.trim() !== '' ? username.trim() : app.name;
  if (said === undefined && cards.length === 0) {
    return <p className="hint">{sent.blocks === undefined ? words.nothing : words.blocks}</p>;
  }
  return (
    <article className="message message-preview">
      <div className="message-side">
        <Avatar name={name} size={36} />
      </div>
      <div className="message-main">
        <p className="message-head">
          <strong>{name}</strong>
          <span className="chip chip-app">{text.servers.webhook}</span>
          <small className="hint">{words.now}</small>
        </p>
        {typeof said !== 'string' ? null : render === null ? (
          <div className="prose prose-inline">{said}</div>
        ) : (
          <Html html={render(said)} />
        )}
        {cards.length === 0 ? null : <Cards cards={cards} />}
      </div>
    </article>
  );
}
