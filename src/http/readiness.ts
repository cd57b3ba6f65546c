// Can the process take requests: each part is asked, and says why it is down.
import { setTimeout as sleep } from 'node:timers/promises';
import { noRoom, roomOf } from '../checkpoints/room.ts';
import { workersByTask } from '../domain/workers.ts';
import { holdsProbes, NOT_MOUNTED } from '../evidence/kept-probes.ts';
import type { AppDeps } from './types.ts';

const TASKS = ['runs', 'webhooks'] as const;
/** A part that has not answered by then counts as down. */
const PATIENCE_MS = 2000;

export const PARTS = ['database', 'migrations', 'queue', 'disk'] as const;
export type Part = (typeof PARTS)[number];

export interface Readiness {
  parts: Record<Part, 'up' | 'down'>;
  /** Of those that are down, and of workers where none may be missing. */
  reasons: Partial<Record<Part | 'workers', string>>;
  /** Null: nobody can tell. */
  workers: { runs: number; webhooks: number } | null;
  /** What keeps nothing from being taken, and will keep it from being done. */
  warnings: string[];
}

const NOBODY = {
  runs: 'no worker takes runs: requests wait',
  webhooks: 'no worker sends webhooks: they wait',
};

/** Null: it is up. */
async function whyDown(ask: () => Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  });
  try {
    // errors may quote addresses and credentials, and whoever asks has shown none
    return await Promise.race([ask().catch(() => 'does not answer'), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function fullFolder({ checkpointDir, corpusDir, uploadDir, minFreeBytes }: AppDeps['config']) {
  const folders = { CHECKPOINT_DIR: checkpointDir, CORPUS_DIR: corpusDir, UPLOAD_DIR: uploadDir };
  for (const [setting, dir] of Object.entries(folders)) {
    const why = noRoom(setting, await roomOf(dir), minFreeBytes);
    if (why !== null) return why;
  }
  return null;
}

/** Where something is kept of the forgotten, it must be within reach: a run would take it for lost. */
async function missingProbes({ store, config }: Pick<AppDeps, 'store' | 'config'>): Promise<string | null> {
  if (await holdsProbes(config.probeDir)) return null;
  // a database that is away is said of the database
  return (await store.keepsProbes().catch(() => false)) ? NOT_MOUNTED : null;
}

/** How long an answer is given again: whoever asks has shown no credential, and must not be able to keep the database busy. */
const FRESH_MS = 1000;

type Asked = Pick<AppDeps, 'store' | 'doorbell' | 'config'>;

/** Asks once for all who ask at the same time, and at most once a second. */
export function createReadiness(deps: Asked): () => Promise<Readiness> {
  let last: Promise<Readiness> | null = null;
  let until = 0;
  return () => {
    if (last !== null && performance.now() < until) return last;
    // for all who come while it is asked, too
    until = Number.POSITIVE_INFINITY;
    last = readiness(deps).finally(() => {
      until = performance.now() + FRESH_MS;
    });
    return last;
  };
}

async function readiness(deps: Asked): Promise<Readiness> {
  const ask: Record<Part, () => Promise<string | null>> = {
    database: () => deps.store.ping().then(() => null),
    async migrations() {
      const pending = await deps.store.pendingMigrations();
      return pending.length === 0 ? null : `the database lacks ${pending.join(', ')}`;
    },
    queue: () => deps.doorbell.ping().then(() => null),
    disk: async () => (await fullFolder(deps.config)) ?? (await missingProbes(deps)),
  };
  // caught here: nothing waits for it while the others are asked
  const seen = deps.store
    .workersSeen()
    .then(workersByTask)
    .catch(() => null);
  const whys = await Promise.all(PARTS.map(async (part) => [part, await whyDown(ask[part])] as const));
  const workers = await Promise.race([seen, sleep(PATIENCE_MS, null, { ref: false })]);
  const idle = workers === null || workers.runs === 0;
  const down = whys.flatMap(([part, why]) => (why === null ? [] : [[part, why]]));
  return {
    parts: Object.fromEntries(whys.map(([part, why]) => [part, why === null ? 'up' : 'down'])) as Readiness['parts'],
    reasons: { ...Object.fromEntries(down), ...(idle && deps.config.readyNeedsWorker && { workers: NOBODY.runs }) },
    workers,
    warnings: workers === null ? [] : TASKS.filter((task) => workers[task] === 0).map((task) => NOBODY[task]),
  };
}
