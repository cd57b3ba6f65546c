// Long computations that hold the thread let what else the process does have its turn: a worker that says nothing for long is taken for hung.

/** Called again and again by a long computation. Throws to end it. */
export type Breathe = () => Promise<void>;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Gives timers and messages their turn, and throws the signal's reason: what would abort it comes as a message too. */
export const breathing =
  (signal?: AbortSignal): Breathe =>
  async () => {
    await nextTurn();
    signal?.throwIfAborted();
  };
