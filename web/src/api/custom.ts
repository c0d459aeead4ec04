/** Custom channels: scripts of other sites that people open like channels. */

import { api, done, read } from './client';
import type { components } from './schema';

export type CustomChannel = components['schemas']['CustomChannelOut'];

export const listCustom = async (): Promise<CustomChannel[]> =>
  (await read(api.GET('/api/channels/custom/list'))).channels;

export const registerCustom = async (url: string, name: string): Promise<number> =>
  (await read(api.POST('/api/channels/custom/register', { body: { url, name } }))).id;

const at = (id: number) => ({ params: { path: { id } } });

export const deleteCustom = (id: number) => done(api.DELETE('/api/channels/custom/{id}', at(id)));

export const enableCustom = (id: number, enabled: boolean) =>
  done(api.POST('/api/channels/custom/{id}/toggle', { ...at(id), body: { enabled } }));

/** Looks at the source now; whether it serves another script than the one that runs. */
export const checkCustom = async (id: number): Promise<boolean> =>
  (await read(api.POST('/api/channels/custom/{id}/check', at(id)))).found !== null;

/** Has the script that was found at the source run from now on. */
export const updateCustom = (id: number, sha256: string) =>
  done(api.POST('/api/channels/custom/{id}/update', { ...at(id), body: { sha256 } }));

/** Lets the script with this hash run in the page itself; null: no script. */
export const trustCustom = (id: number, sha256: string | null) =>
  done(
    api.POST('/api/channels/custom/{id}/trust', { ...at(id), body: { trusted: sha256 !== null, sha256 } }),
  );

/** What a built-in command answered. */
export const commandCustom = async (id: number, text: string): Promise<string> =>
  (await read(api.POST('/api/channels/custom/{id}/command', { ...at(id), body: { text } }))).text;

/** The document of the sandbox. The hash has a frame be loaded anew when the script is another one. */
export const framePath = (id: number, sha256: string) => `/api/channels/custom/${id}/frame?${sha256}`;

/** The script itself, for those whom it runs for in the page. */
export const scriptPath = (id: number, sha256: string) => `/api/channels/custom/${id}/script?${sha256}`;

/** A script to be read. */
export const sourcePath = (id: number, sha256: string) =>
  `/api/channels/custom/${id}/source?sha256=${sha256}`;
