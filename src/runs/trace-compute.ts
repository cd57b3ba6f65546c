// The stages of compute processes as their worker sees them: a process of its own each, which knows of no collector.
import type { ComputeResult } from '../domain/compute.ts';
import type { Compute } from './ports.ts';
import { type SpanAttributes, type Tracing, traced } from './tracing-port.ts';

/** What the process says it took, by part. */
function figuresOf(result: ComputeResult): SpanAttributes {
  const figures: Record<string, number | string> = {};
  if ('peak_memory_bytes' in result) figures['expunge.compute.peak_memory_bytes'] = result.peak_memory_bytes;
  if ('ended' in result && result.ended) figures['expunge.compute.ended'] = result.ended;
  if (!('seconds' in result)) return figures;
  const parts = typeof result.seconds === 'number' ? { total: result.seconds } : result.seconds;
  for (const [part, seconds] of Object.entries(parts)) figures[`expunge.compute.seconds.${part}`] = seconds;
  return figures;
}

export const tracedCompute = (compute: Compute, tracing: Tracing): Compute =>
  tracing.on
    ? {
        run: (job, on) =>
          traced(tracing, `compute ${job.stage}`, {}, async (span) => {
            const result = await compute.run(job, on);
            span.set(figuresOf(result));
            return result;
          }),
      }
    : compute;
