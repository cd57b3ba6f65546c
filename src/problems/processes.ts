// What ends a process, or the work that it does.
import type { Problem } from './problem.ts';

export const PROCESS_PROBLEMS = {
  'compute-crashed': [
    500,
    'The compute process ended unexpectedly',
    'See the worker’s log; the run is started again up to MAX_RESTARTS times.',
  ],
  'compute-timeout': [
    500,
    'The run took longer than its time limit',
    'Raise RUN_TIME_LIMIT_SECONDS or choose a cheaper method.',
  ],
  'compute-hung': [
    500,
    'The compute process gave no sign of life',
    'See the worker’s log; raise COMPUTE_STALL_SECONDS if one step may take that long.',
  ],
  'compute-failed': [500, 'The run failed', 'The detail says why; the model stays as it was.'],
  'out-of-memory': [500, 'The memory did not suffice', 'Use a smaller micro_batch, adapters, or a larger machine.'],
  'memory-budget-exceeded': [
    422,
    'The run would not fit the memory',
    'Lower micro_batch or train adapters (lora_rank), or use a larger machine or MEMORY_BUDGET_BYTES; the detail has figures.',
  ],
  cancelled: [409, 'The work was cancelled', 'Start it again if it is still wanted.'],
  'certificate-invalid': [
    422,
    'The certificate does not verify',
    'Ask the issuer for the original; this one was altered or signed by another key.',
  ],
  'ledger-altered': [
    500,
    'The ledger was altered',
    'Run `expunge ledger verify`, which names the entry, and restore the database from a backup; nothing is signed until then.',
  ],
  'start-refused': [500, 'The process cannot start', 'Correct the configuration that the detail names.'],
} as const satisfies Record<string, Problem>;
