// What goes wrong in a soak and when, by seed. Pure.
import { createRandom } from '../../src/domain/random.ts';

/** With their share of all faults. */
const FAULTS = {
  /** SIGKILL of a worker, its compute process with it; another one starts. */
  'worker killed': 0.3,
  /** SIGTERM: it gives its run back. */
  'worker stopped': 0.05,
  /** SIGKILL of a compute process alone. */
  'compute killed': 0.15,
  /** SIGKILL of the API, whatever it is answering. */
  'api killed': 0.2,
  'api restarted': 0.1,
  /** Everything in the queue is gone. */
  'queue wiped': 0.2,
} as const;
export type FaultName = keyof typeof FAULTS;

export interface Fault {
  name: FaultName;
  /** Since the one before. */
  after_ms: number;
  /** Chooses among workers. */
  which: number;
  /** How long the process stays away. */
  away_ms: number;
}

const MOST_AWAY_MS = 1500;

/** The name at which the shares before it, and its own, have reached `draw`, which lies in [0, 1). */
function nameAt(draw: number): FaultName {
  let sum = 0;
  for (const [name, share] of Object.entries(FAULTS) as [FaultName, number][]) {
    sum += share;
    if (draw < sum) return name;
  }
  return 'queue wiped';
}

/** These cost a run what it has done: as often as runs end, or none would. */
export const costly = (name: FaultName): boolean => name.startsWith('worker') || name.startsWith('compute');

/** Faults without end, `mean_ms` apart on average, as independent accidents are. */
export function* faultsOf(seed: number, mean_ms: number): Generator<Fault, never> {
  const random = createRandom(seed + 2);
  for (;;) {
    const name = nameAt(random.next());
    const after_ms = Math.round(-Math.log(1 - random.next()) * mean_ms);
    yield { name, after_ms, which: random.int(1000), away_ms: random.int(MOST_AWAY_MS) };
  }
}
