// A worker process: answers rings and sweeps. SIGTERM gives the current run back, to start again elsewhere.
import closeWithGrace from 'close-with-grace';
import { readConfig } from '../src/config.ts';
import { gpuMemory } from '../src/engine/gpu-memory.ts';
import { describeError } from '../src/log.ts';
import { consumeRings, type RingHandlers } from '../src/queue/consumer.ts';
import { analyseInfluence } from '../src/runs/analyse-influence.ts';
import { announce } from '../src/runs/announce.ts';
import { answerProbe } from '../src/runs/answer-probe.ts';
import { deliverWebhooks } from '../src/runs/deliver-webhooks.ts';
import type { RunDeps } from '../src/runs/deps.ts';
import { startSweep } from '../src/runs/sweep.ts';
import { traced } from '../src/runs/tracing-port.ts';
import { verifyCheckpoint } from '../src/runs/verify-checkpoint.ts';
import { newsOf, workQueue } from '../src/runs/work-queue.ts';
import { openWorkerDeps } from './deps.ts';

/** A busy compute process ends within 5 s (supervise.ts); the rest is for the stores. */
const GRACE_MS = 12_000;

function handlersOf(deps: RunDeps, tasks: 'all' | 'runs' | 'webhooks'): Partial<RingHandlers> {
  const webhooks: Partial<RingHandlers> = {
    webhook: (endpointId, signal) => deliverWebhooks(deps, endpointId, signal),
  };
  if (tasks === 'webhooks') return webhooks;
  // in a trace of its own: nobody's deletion request waits for it
  const alone = (name: string, work: () => Promise<void>) =>
    traced(deps.tracing, name, { kind: 'consumer', parent: null }, work);
  return {
    model: (modelId, signal) => workQueue(deps, modelId, signal),
    probe: (probeId, signal) => alone('answer prompts', () => answerProbe(deps, probeId, signal)),
    influence: (analysisId, signal) => alone('analyse influence', () => analyseInfluence(deps, analysisId, signal)),
    verification: (verificationId, signal) =>
      alone('verify a checkpoint', () => verifyCheckpoint(deps, verificationId, signal)),
    ...(tasks === 'all' ? webhooks : {}),
  };
}

async function main(): Promise<void> {
  const { config, deps, choice, close } = await openWorkerDeps(readConfig());
  const { log } = deps;
  const { id: worker, ...can } = newsOf(deps);
  const about = { worker, tasks: config.workerTasks, ...choice, ...can };
  const announcement = announce({ store: deps.store, log, about, gpus: gpuMemory });
  // nobody claims on an accelerator before it is known who computes there
  if (can.accelerator !== null) await announcement.first;
  const consumer = consumeRings({
    config,
    handlers: handlersOf(deps, config.workerTasks),
    onError: (err, queue) => log.warn({ queue, err }, 'queue'),
  });
  const sweep = config.workerTasks === 'webhooks' ? null : startSweep(deps, config.runs.sweepMs);
  closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ err, signal }) => {
    if (err) log.error({ err }, 'ends after an error');
    else log.info({ signal }, 'ends');
    await Promise.all([sweep?.stop(), consumer.close()]);
    // listed until its run is given back: the accelerator is not free before
    await announcement.stop();
    await close();
  });
  await consumer.ready();
  log.info({ worker: deps.worker, ...choice, version: deps.softwareVersion }, 'working');
}

try {
  await main();
} catch (error) {
  // before there is a logger of the right level; the exit code is what a supervisor sees
  process.stderr.write(`${JSON.stringify({ level: 60, msg: 'cannot start', err: describeError(error) })}\n`);
  process.exit(1);
}
