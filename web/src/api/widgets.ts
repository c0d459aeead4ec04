import type { Widget } from '../store/serverTypes';
import { api, done, read } from './client';
import type { Schema } from './types';

export function toWidget(wire: Schema<'WidgetView'>): Widget {
  return { ...wire, snapshot: wire.snapshot ?? null };
}

/** Hidden ones are listed for those who manage them. */
export async function listWidgets(serverId: number): Promise<Widget[]> {
  const { widgets } = await read(api.GET('/servers/{serverId}/widgets', { params: { path: { serverId } } }));
  return widgets.map(toWidget);
}

const pin = '/servers/{serverId}/widgets/{appId}/pin';
const at = (serverId: number, appId: number) => ({ params: { path: { serverId, appId } } });

export const pinWidget = (server: number, app: number) => done(api.PUT(pin, at(server, app)));

export const unpinWidget = (server: number, app: number) => done(api.DELETE(pin, at(server, app)));
