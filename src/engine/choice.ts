// Which engine a process computes on, by COMPUTE_BACKEND.
import { cpus } from 'node:os';
import type { Engine } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import { BACKENDS, type Backend } from './backends.ts';
import { acceleratorsHere } from './hardware.ts';
import { type Probe, probeBackend } from './probe.ts';

export interface Choice {
  backend: string;
  /** Name of the device, for the log. */
  device: string;
}

export interface ChoiceOptions {
  /** COMPUTE_BACKEND; null: the best that is present. */
  backend: string | null;
  threads: number;
  /** Environment of the process that will compute. */
  environment: Record<string, string>;
}

/** What a choice is made by; the tests have their own. */
interface Surroundings {
  /** Backends worth trying on this machine, the best first. */
  candidates: () => string[];
  probe: (backend: string, environment: Record<string, string>) => Promise<Probe>;
}

function known(name: string): Backend {
  const backend = Object.hasOwn(BACKENDS, name) ? BACKENDS[name] : undefined;
  if (backend !== undefined) return backend;
  const names = Object.keys(BACKENDS).join(', ');
  throw new ExpungeError('start-refused', `COMPUTE_BACKEND is ${name}; choose one of ${names}.`);
}

/** Without the place in the runtime's source and the condition that was not met there. */
const plain = (reason: string) => reason.replace(/^\S+\.cc:\d+ .* was false\. /s, '').trim();

const refusal = (name: string, reason: string, remedy: string) =>
  new ExpungeError(
    'start-refused',
    `COMPUTE_BACKEND is ${name}, which does not work here: ${plain(reason)}\n${remedy} ` +
      'Or leave COMPUTE_BACKEND unset: the best backend that is present is chosen then.',
  );

const cpuDevice = (threads: number) =>
  `${cpus()[0]?.model.trim() || 'CPU'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/**
 * The backend to use. One that was asked for is tried in a process of its own, unless it is always there; without a
 * wish the accelerators that the machine shows are tried in turn, and a machine that shows none costs nothing.
 * A driver that computes on the CPU (SwiftShader, llvmpipe) is used only when it was asked for.
 * Throws `start-refused` for a name that is not known, and for a backend that does not work here.
 */
export async function chooseBackend(
  { backend, threads, environment }: ChoiceOptions,
  { candidates, probe }: Surroundings = { candidates: acceleratorsHere, probe: probeBackend },
): Promise<Choice> {
  if (backend !== null) {
    const { remedy } = known(backend);
    if (remedy === undefined) return { backend, device: cpuDevice(threads) };
    const found = await probe(backend, environment);
    if (!found.ok) throw refusal(backend, found.reason, remedy);
    return { backend, device: found.device ?? cpuDevice(threads) };
  }
  for (const candidate of candidates()) {
    const found = await probe(candidate, environment);
    if (found.ok && found.device !== null && !found.software) return { backend: candidate, device: found.device };
  }
  return { backend: 'onnxruntime/cpu', device: cpuDevice(threads) };
}

/** Throws `start-refused` for a backend that is not known or does not work here. */
export async function createEngine(options: { backend: string; threads: number }): Promise<Engine> {
  const { create, remedy } = known(options.backend);
  try {
    return await create(options.threads);
  } catch (error) {
    if (remedy === undefined) throw error;
    throw refusal(options.backend, error instanceof Error ? error.message : String(error), remedy);
  }
}
