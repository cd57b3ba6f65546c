// Counting calls, for limits.

export interface Counted {
  /** Of the window that runs now, this call included. */
  count: number;
  /** Until it ends. */
  left_ms: number;
}

export interface Counter {
  /** Counts one call under a name; the window begins with its first. */
  hit(name: string, window_ms: number): Promise<Counted>;
}
