// Processor time of other processes, from /proc: on a shared machine it says more than the clock does.
import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on every processor that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Process {
  pid: number;
  parent: number;
  /** Of itself, and of its children that have ended. */
  seconds: number;
}

function read(pid: string): Process | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name in brackets may hold blanks
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid: Number(pid), parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
  } catch {
    // it has ended since the folder was read
    return null;
  }
}

/** Of these processes and their children, in seconds; null where there is no /proc. */
export function cpuSeconds(pids: readonly number[]): number | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const all = names.map(read).filter((one) => one !== null);
  const wanted = new Set(pids);
  return all
    .filter(({ pid, parent }) => wanted.has(pid) || wanted.has(parent))
    .reduce((sum, one) => sum + one.seconds, 0);
}
