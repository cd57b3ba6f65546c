// What this process held at most.
import { readFileSync } from 'node:fs';

function status(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // not on Linux
    return '';
  }
}

/** Highest resident set of this process so far, in bytes. `maxRSS` outlives exec: on Linux it counts who started us as well. */
export function peakMemoryBytes(): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status())?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
