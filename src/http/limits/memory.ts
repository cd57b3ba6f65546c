// Counts calls in this process.
import type { Counter } from '../../runs/ports.ts';

/** Names that are remembered; with more, those whose window is over are dropped. */
const MOST = 10_000;

/** `now`: milliseconds on a clock that only goes forward. */
export function createMemoryCounter(now: () => number = () => performance.now()): Counter {
  const windows = new Map<string, { count: number; ends: number }>();
  return {
    async hit(name, window_ms) {
      const at = now();
      if (windows.size >= MOST) for (const [other, { ends }] of windows) if (ends <= at) windows.delete(other);
      let window = windows.get(name);
      if (window === undefined || window.ends <= at) {
        window = { count: 0, ends: at + window_ms };
        windows.set(name, window);
      }
      window.count += 1;
      return { count: window.count, left_ms: window.ends - at };
    },
  };
}
