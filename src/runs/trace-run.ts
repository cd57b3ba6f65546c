// A run in the traces of the requests that it answers: it is a part of the first one's, and linked with all others.
import type { RunDeps } from './deps.ts';
import type { RunEnd } from './execute.ts';
import type { Claim } from './ports.ts';
import { type AskedTrace, type SpanAttributes, type Tracing, traced } from './tracing-port.ts';

async function asked({ store, log }: RunDeps, { tenant, run }: Claim): Promise<AskedTrace[]> {
  try {
    return await store.tracesOfRun(tenant, run.id);
  } catch (err) {
    // a run does not wait for who looks on
    log.warn({ run_id: run.id, err }, 'The traces of a run were not found');
    return [];
  }
}

/** In each request's own trace: how long it waited, and for which run. */
function tellWaits(tracing: Tracing, waited: readonly AskedTrace[], attributes: SpanAttributes): void {
  const run = tracing.traceparent();
  for (const { traceparent, received_at } of waited) {
    const options = { parent: traceparent, startedAt: new Date(received_at), links: run === null ? [] : [run] };
    tracing.open('deletion request waits', { ...options, attributes }).end();
  }
}

/** `work` is all that a worker does for a run that it has claimed. */
export async function tracedRun(deps: RunDeps, claim: Claim, work: () => Promise<RunEnd>): Promise<RunEnd> {
  const { tracing } = deps;
  if (!tracing?.on) return work();
  const waited = await asked(deps, claim);
  const [first, ...others] = waited.map(({ traceparent }) => traceparent);
  const { run, model, fence } = claim;
  const ids = { 'expunge.run_id': run.id, 'expunge.model_id': model.id };
  const attributes = { ...ids, 'expunge.run.fence': fence, 'expunge.run.restarts': run.restarts };
  return traced(
    tracing,
    'run',
    { kind: 'consumer', parent: first ?? null, links: others, attributes },
    async (span) => {
      tellWaits(tracing, waited, ids);
      const end = await work();
      span.set({ 'expunge.run.end': end.status });
      if (end.status === 'failed' || end.status === 'crashed') span.fail(end.status);
      return end;
    },
  );
}
