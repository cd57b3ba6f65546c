// Asks a model on behalf of a probe. Prompts and answers are in the clear in this process's memory alone.
import { ExpungeError } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import type { Probe } from './ports.ts';

type ProbeDeps = Pick<RunDeps, 'store' | 'doorbell' | 'compute' | 'checkpoints' | 'subjectKeys' | 'settings' | 'log'>;

/** Answers a waiting probe with the model's active checkpoint. A probe that was answered or has expired is left. */
export async function answerProbe(deps: ProbeDeps, probeId: string, signal: AbortSignal): Promise<void> {
  const probe = await deps.store.takeProbe(probeId);
  if (!probe) return;
  try {
    const answers = await ask(deps, probe, signal);
    await deps.store.answerProbe(probeId, { sealed_answers: deps.subjectKeys.seal(JSON.stringify(answers)) });
  } catch (error) {
    // shutdown or a lost lock: the probe still waits, and another worker may be answering it already
    if (signal.aborted) return deps.doorbell.ringProbe(probeId);
    deps.log.warn({ probe_id: probeId, model_id: probe.model_id, err: error }, 'A probe was not answered');
    const why =
      error instanceof ExpungeError
        ? `${error.code}: ${error.message}`
        : 'The model could not be asked; see the log of the worker.';
    await deps.store.answerProbe(probeId, { error: why });
  }
}

async function ask(deps: ProbeDeps, probe: Probe, signal: AbortSignal): Promise<string[]> {
  const model = await deps.store.getModel(probe.tenant, probe.model_id);
  if (!model) throw new ExpungeError('not-found', `Model ${probe.model_id} does not exist`);
  const result = await deps.compute.run(
    {
      stage: 'complete',
      checkpoint_dir: await deps.checkpoints.materialise(model.active),
      prompts: JSON.parse(deps.subjectKeys.open(probe.sealed_prompts)) as string[],
      max_new_tokens: probe.max_new_tokens,
      threads: deps.settings.threads,
      backend: deps.settings.backend,
    },
    { progress: () => undefined, signal },
  );
  if (result.stage !== 'complete') throw new ExpungeError('compute-failed', 'The compute process answered another job');
  return result.answers;
}
