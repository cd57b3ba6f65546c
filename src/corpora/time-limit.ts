// Ends work that does not end: patterns and templates of a checkpoint are written by whoever made it.
import { createContext, Script } from 'node:vm';

const slot = createContext({ work: () => undefined as unknown });
const script = new Script('work()');

/**
 * What `work` returns; null when it took longer than `milliseconds`, and is stopped wherever it is, in a loop or in a regular
 * expression. It must not call this again, and cannot wait for anything.
 */
export function withinTime<T>(milliseconds: number, work: () => T): { value: T } | null {
  slot.work = work;
  try {
    return { value: script.runInContext(slot, { timeout: milliseconds }) as T };
  } catch (error) {
    // it is an error of the other context, no instance of this one's class
    if (Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  } finally {
    slot.work = () => undefined;
  }
}
