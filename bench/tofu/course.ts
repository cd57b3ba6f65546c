// What is done with a model that has learned authors: some are forgotten over HTTP, and the result is held against a
// model that was trained again without them.
import { join } from 'node:path';
import type { Client } from '../../examples/client.ts';
import { duration, progressBar } from '../../src/cli/terminal.ts';
import type { NewRequest } from '../../src/client/index.ts';
import { type TrainModelOptions, trainModel } from '../../src/compute/train-model.ts';
import type { DeletionRequest, Run } from '../../src/domain/resources.ts';
import { createEngine } from '../../src/engine/choice.ts';
import type { Candidates } from './candidates.ts';
import { identifierOf, type TofuData } from './data.ts';
import { type Stage, stageText } from './page.ts';
import { compareTruth, type Place, retrainWithout, verify } from './reference.ts';

export const say = (text: string) => process.stdout.write(`${text}\n`);

export interface Course {
  place: Place;
  data: TofuData;
  client: Client;
  candidates: Candidates;
  /** What requests say beside the person; left out: every model, and the service's own plan. */
  wish?: Pick<NewRequest, 'targets' | 'method'>;
}

/** A stage with what it left: the folder of the reference, and the requests as they ended. */
export interface StageEnd {
  stage: Stage;
  requests: DeletionRequest[];
  retrained: string;
}

/** Trains into `place.model` with a bar; returns what `expunge train` would say. */
export async function trainWithBar(
  place: Place,
  options: Omit<TrainModelOptions, 'train' | 'holdout' | 'out' | 'threads' | 'backend'>,
): Promise<{ steps: number; seconds: number; exact_memorization: number }> {
  const bar = progressBar(process.stdout, 'training');
  const { threads, backend } = place;
  const result = await trainModel(
    { ...options, ...place.files, out: place.model, threads, backend },
    {
      progress: ({ step, steps, loss, exactMemorization: known }) =>
        bar.update(
          step / steps,
          `step ${step}, loss ${loss.toFixed(3)}${known === null ? '' : `, ${(100 * known).toFixed(1)} % memorised`}`,
        ),
    },
  );
  bar.done(
    `trained: ${result.steps} steps in ${duration(result.seconds)}, ${(100 * result.exactMemorization).toFixed(1)} % memorised`,
  );
  return { steps: result.steps, seconds: result.seconds, exact_memorization: result.exactMemorization };
}

/** Requests for all authors at once, followed to their end; they must share one run. */
export async function forget(
  { client, candidates, wish }: Course,
  authors: number[],
): Promise<{ requests: DeletionRequest[]; run: Run }> {
  const accepted = await Promise.all(
    authors.map((author) =>
      client.createRequest({
        subject: { identifiers: [identifierOf(author)] },
        ...wish,
      }),
    ),
  );
  const bar = progressBar(process.stdout, `forgetting ${authors.length}`);
  const requests = await Promise.all(
    accepted.map(({ id }) =>
      client.follow(id, (_, run) => {
        if (!run) return;
        candidates.keep(run);
        bar.update(null, `${run.progress.phase} step ${run.progress.step}, ${run.attempts.length} attempts done`);
      }),
    ),
  );
  bar.done();
  const runs = [...new Set(requests.map((request) => request.targets[0]?.run_id))];
  if (runs.length !== 1 || !runs[0]) throw new Error(`${authors.length} requests made ${runs.length} runs`);
  return { requests, run: await client.run(runs[0]) };
}

export async function stage(course: Course, name: string, authors: number[], before: number[]): Promise<StageEnd> {
  const { place, data, client, candidates } = course;
  const { requests, run } = await forget(course, authors);
  const report = await client.verification(run.id);
  const engine = await createEngine(place);
  const gone = [...before, ...authors];
  const retrained = join(place.dir, `retrained-without-${gone.length}`);
  const retrainSeconds = await retrainWithout(engine, place, data, gone, retrained);
  const last = candidates.last(run);
  const truth = last && {
    ...{ method: last.method, published: last.published },
    ...(await compareTruth(engine, data, authors, last.folder, retrained)),
  };
  await engine.dispose();
  const state = [...new Set(requests.map((request) => request.state))].join(', ');
  const exact = await verify(place, data, authors, before, retrained);
  const result = { name, authors: authors.length, state, run, report, retrained: exact, retrainSeconds, truth };
  say(stageText(result));
  return { stage: result, requests, retrained };
}
