/** A server in a browser: its column, its channels, its members; and the REST calls that set one up. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { Person } from "../support/index.ts";
import type { Window } from "./window.ts";

export interface Community {
  id: number;
  /** The channel that every server begins with. */
  channel: number;
}

/** A server with its channel `general`, and these people in it. */
export async function founds(owner: Person, name: string, ...others: Person[]): Promise<Community> {
  const made = await owner.post("/servers", { name });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json.server;
  const { channels } = await owner.reads(`/servers/${id}`);
  if (others.length > 0) {
    const { invite } = (await owner.post(`/servers/${id}/invites`, { maxUses: others.length })).json;
    for (const other of others) await other.does(`/invites/${invite.code}/accept`);
  }
  return { id, channel: channels[0].id };
}

/** A role of the server, given to these people. */
export async function givesRole(owner: Person, server: number, role: object, ...people: Person[]): Promise<number> {
  const made = await owner.post(`/servers/${server}/roles`, role);
  assert.equal(made.status, 201, made.text);
  for (const person of people) {
    const id = await userId(owner, server, person.name);
    const given = await owner.request("PATCH", `/servers/${server}/memberships/${id}`, { addRoleIds: [made.json.role.id] });
    assert.equal(given.status, 200, given.text);
  }
  return made.json.role.id;
}

export async function userId(reader: Person, server: number, name: string): Promise<number> {
  const { memberships } = await reader.reads(`/servers/${server}/memberships`);
  const found = memberships.find((member: { username: string }) => member.username === name);
  assert.ok(found, `${name} is not a member`);
  return found.userId;
}

export const rail = (window: Window): Locator => window.page.getByRole("navigation", { name: "Servers" });

/** The server's entry at the edge: its label says what waits in it. */
export const railItem = (window: Window, name: string): Locator =>
  rail(window).getByRole("link", { name: new RegExp(`^${name}(,|$)`) });

export const channels = (window: Window): Locator => window.page.getByRole("navigation", { name: "Channels" });

export const channelItem = (window: Window, name: string): Locator =>
  channels(window).getByRole("link").filter({ has: window.page.getByText(name, { exact: true }) });

/** Opens a channel of a server, from wherever one is. */
export async function goesToChannel(window: Window, server: string, channel: string): Promise<void> {
  await railItem(window, server).click();
  await channelItem(window, channel).click();
  await window.page.getByRole("heading", { level: 1, name: `#${channel}` }).waitFor();
}

/** Chooses an entry of the menu beside the server's name. */
export async function choosesInServer(window: Window, server: string, entry: string): Promise<void> {
  await window.page.getByRole("button", { name: `${server}: more` }).click();
  await window.page.getByRole("button", { name: entry, exact: true }).click();
}

/** A member's card, from the list of members beside the open channel. */
export async function opensCard(window: Window, name: string): Promise<Locator> {
  await window.page.getByRole("main").getByRole("button", { name: "Members" }).click();
  await window.page.getByRole("button", { name: `${name}: profile` }).click();
  return window.page.getByRole("dialog", { name });
}
