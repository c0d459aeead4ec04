import type { Widget } from '../store/serverTypes';
import { ask } from './client';

/** Hidden ones are listed for those who manage them. */
export const listWidgets = async (server: number) =>
  (await ask<{ widgets: Widget[] }>('GET', `/servers/${server}/widgets`)).widgets;

export const pinWidget = (server: number, app: number) =>
  ask<null>('PUT', `/servers/${server}/widgets/${app}/pin`);

export const unpinWidget = (server: number, app: number) =>
  ask<null>('DELETE', `/servers/${server}/widgets/${app}/pin`);
