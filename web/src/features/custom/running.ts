/** A channel's script as it runs, wherever it does. */
export interface Running {
  /** The person typed a command that is none of the built-in ones. */
  command(name: string, words: string[]): void;
  /** Something was said in the channel. */
  message(data: object): void;
}

/** What a script defines. Its methods want to be called on it. */
export interface Module {
  version?: unknown;
  description?: unknown;
  icon?: unknown;
  init(container: HTMLElement, socket: unknown, utils: unknown): unknown;
  onMessage?(data: object): unknown;
  onCommand?(name: string, words: string[]): unknown;
  destroy?(): unknown;
}
