// What a run does when the store says that it belongs to another worker.

/** The store refused a write because the fence is stale. */
export class Fenced extends Error {}

/** Throws `Fenced` where the store did not accept a write. */
export function held(accepted: boolean): void {
  if (!accepted) throw new Fenced();
}
