// What the use cases ask of the store about resources that somebody waits for.

export type Watched = 'request' | 'run' | 'verification';

export interface Seen {
  state: string;
  /** Of marks.ts: changes with every change. */
  mark: string;
}

export interface WatchStore {
  /**
   * The present state of each of these, in one query; what is not there is not in the answer. Of any tenant: the ids are of
   * resources that were found for their tenant before.
   */
  seen(kind: Watched, ids: readonly string[]): Promise<Map<string, Seen>>;
}
