// State in the memory of a WebGPU device. A tensor there is freed by hand (no garbage collection ever does), and before
// the session that made it is released: doing it later ends the process.
import type { Dtype, HostTensors } from '../../domain/engine.ts';
import type { LazyNode } from './node.ts';
import { STATE_OUTPUT, staysOnDevice } from './provider.ts';
import { fromOrt, type OrtTensor, type Program, type Sessions, toOrt } from './sessions.ts';
import type { StepState, Update } from './state.ts';

/** Copies tensors to the device and back, by graphs that hand their inputs on. */
export class Transfers {
  readonly #sessions: Sessions;
  readonly #programs = new Map<string, Program>();
  /** States that hold tensors made by these and other sessions. */
  readonly states = new Set<DeviceState>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async #copy(tensors: OrtTensor[], prefix: string): Promise<OrtTensor[]> {
    if (tensors.length === 0) return [];
    const key = `${prefix}${tensors.map(({ type, dims }) => `${type}[${dims}]`)}`;
    let program = this.#programs.get(key);
    if (program === undefined) {
      const outputs = tensors.map((tensor, index) => {
        const [dtype, shape] = [tensor.type as Dtype, [...tensor.dims]];
        const node: LazyNode = { kind: 'input', name: `in${index}`, dtype, shape };
        return { name: `${prefix}${index}`, node };
      });
      program = await this.#sessions.compile(outputs);
      this.#programs.set(key, program);
    }
    const results = await program.run(Object.fromEntries(tensors.map((tensor, index) => [`in${index}`, tensor])));
    return tensors.map((_, index) => results[`${prefix}${index}`] as OrtTensor);
  }
  upload(tensors: OrtTensor[]): Promise<OrtTensor[]> {
    return this.#copy(tensors, STATE_OUTPUT);
  }
  download(tensors: OrtTensor[]): Promise<OrtTensor[]> {
    return this.#copy(tensors, 'output:');
  }

  /** Frees every state, so that sessions may be released after it. */
  async dispose(): Promise<void> {
    for (const state of this.states) state.dispose();
    await Promise.all([...this.#programs.values()].map((program) => program.release()));
    this.#programs.clear();
  }
}

const isOnDevice = (tensor: OrtTensor) => tensor.location === 'gpu-buffer';

export class DeviceState implements StepState {
  readonly tensors = new Map<string, OrtTensor>();
  readonly #transfers: Transfers;

  constructor(initial: HostTensors, transfers: Transfers) {
    this.#transfers = transfers;
    transfers.states.add(this);
    this.write(initial);
  }
  #set(name: string, tensor: OrtTensor): void {
    const old = this.tensors.get(name);
    if (old !== undefined && isOnDevice(old)) old.dispose();
    this.tensors.set(name, tensor);
  }
  async read(names = [...this.tensors.keys()]): Promise<HostTensors> {
    const found = names.map((name) => {
      const tensor = this.tensors.get(name);
      if (tensor === undefined) throw new Error(`the state has no tensor ${name}`);
      return tensor;
    });
    const copies = await this.#transfers.download(found.filter(isOnDevice));
    const values = found.map((tensor) => {
      if (isOnDevice(tensor)) return fromOrt(copies.shift()!);
      const value = fromOrt(tensor);
      return { ...value, data: value.data.slice() };
    });
    return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
  }
  /** What is written stays in ordinary memory until a step wants it. */
  write(tensors: HostTensors): void {
    for (const [name, value] of Object.entries(tensors)) this.#set(name, toOrt({ ...value, data: value.data.slice() }));
  }
  remove(names: string[]): void {
    for (const name of names) {
      const tensor = this.tensors.get(name);
      if (tensor !== undefined && isOnDevice(tensor)) tensor.dispose();
      this.tensors.delete(name);
    }
  }
  async prepare(names: string[]): Promise<void> {
    const waiting = names.filter((name) => {
      const tensor = this.tensors.get(name);
      return tensor !== undefined && !isOnDevice(tensor) && staysOnDevice('webgpu', tensor);
    });
    const uploaded = await this.#transfers.upload(waiting.map((name) => this.tensors.get(name)!));
    waiting.forEach((name, index) => {
      this.#set(name, uploaded[index]!);
    });
  }
  /** A step's results are new tensors: the device's own cache hands their memory out again. */
  targets(): Record<string, OrtTensor> {
    return {};
  }
  advance(updates: readonly Update[], results: Record<string, OrtTensor>): void {
    for (const { name } of updates) this.#set(name, results[`${STATE_OUTPUT}${name}`]!);
  }
  /** Nothing: on a device a step gives the whole tensor its new value; see device-places.ts. */
  store(): void {}
  dispose(): void {
    this.remove([...this.tensors.keys()]);
    this.#transfers.states.delete(this);
  }
}
