// The state of compiled steps on ONNX Runtime.
import type { HostTensor, HostTensors, State } from '../../domain/engine.ts';
import { storePlaces } from '../places.ts';
import { fromOrt, type OrtTensor, toOrt } from './sessions.ts';

/** A state tensor that a step gives a new value. */
export interface Update {
  name: string;
  shape: number[];
  dtype: string;
  /** The new value may be written over the old one. */
  inPlace: boolean;
}

/** A state that steps read and replace. */
export interface StepState extends State {
  readonly tensors: ReadonlyMap<string, OrtTensor>;
  /** Brings the named tensors to where a run reads them. */
  prepare(names: string[]): Promise<void>;
  /** Tensors that a run may write its updates to, by output name. */
  targets(updates: readonly Update[]): Record<string, OrtTensor>;
  /** Takes the results of a run over. */
  advance(updates: readonly Update[], results: Record<string, OrtTensor>): void;
  /** Writes new places, which a run left in its results, over the old ones. */
  store(names: readonly string[], results: Record<string, OrtTensor>): void;
}

/** State as ONNX Runtime tensors, so that the output of one run is the input of the next without a copy. */
export class OnnxState implements StepState {
  readonly tensors = new Map<string, OrtTensor>();
  /**
   * A second buffer for every tensor that steps cannot update in place. A step reads one and writes the other: outputs
   * that were allocated anew at every step would wait for a garbage collector that does not see how large they are.
   */
  readonly #spare = new Map<string, OrtTensor>();
  readonly #shared: boolean;
  /** `shared`: in memory that other threads reach as well. */
  constructor(initial: HostTensors, shared = false) {
    this.#shared = shared;
    this.write(initial);
  }
  #copy(value: HostTensor): OrtTensor {
    const { dtype, data } = value;
    // updates outside the graph are of this type only
    if (!this.#shared || dtype !== 'float32') return toOrt({ ...value, data: data.slice() } as HostTensor);
    const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
    copy.set(data);
    return toOrt({ ...value, data: copy });
  }
  async read(names = [...this.tensors.keys()]): Promise<HostTensors> {
    return Object.fromEntries(
      names.map((name) => {
        const tensor = this.tensors.get(name);
        if (tensor === undefined) throw new Error(`the state has no tensor ${name}`);
        const value = fromOrt(tensor);
        return [name, { ...value, data: value.data.slice() }];
      }),
    );
  }
  write(tensors: HostTensors): void {
    for (const [name, value] of Object.entries(tensors)) this.tensors.set(name, this.#copy(value));
  }
  remove(names: string[]): void {
    for (const name of names) {
      this.tensors.delete(name);
      this.#spare.delete(name);
    }
  }
  async prepare(): Promise<void> {}
  /** Where the next values may be written, by output name; tensors whose shape changes are left out. */
  targets(updates: readonly Update[]): Record<string, OrtTensor> {
    const targets: Record<string, OrtTensor> = {};
    for (const update of updates) {
      const now = this.tensors.get(update.name);
      if (now === undefined || !fits(now, update)) continue;
      targets[`update:${update.name}`] = update.inPlace ? now : this.#spareOf(now, update);
    }
    return targets;
  }
  #spareOf(now: OrtTensor, update: Update): OrtTensor {
    const known = this.#spare.get(update.name);
    const spare = known !== undefined && fits(known, update) ? known : this.#copy(fromOrt(now));
    this.#spare.set(update.name, spare);
    return spare;
  }
  /** Takes the results over: a written spare becomes the value, the old value the spare. */
  advance(updates: readonly Update[], results: Record<string, OrtTensor>): void {
    for (const update of updates) {
      if (update.inPlace && this.tensors.has(update.name) && fits(this.tensors.get(update.name)!, update)) continue;
      const spare = this.#spare.get(update.name);
      const old = this.tensors.get(update.name);
      const reused = spare !== undefined && old !== undefined && fits(spare, update) && fits(old, update);
      this.tensors.set(update.name, reused ? spare : results[`update:${update.name}`]!);
      if (reused) this.#spare.set(update.name, old);
    }
  }
  /** Writes new places over the old ones, where the runtime’s own outputs would be copies of whole tensors. */
  store(names: readonly string[], results: Record<string, OrtTensor>): void {
    if (names.length === 0) return;
    const each = (of: (name: string) => OrtTensor) =>
      Object.fromEntries(names.map((name) => [name, fromOrt(of(name))]));
    const values = each((name) => results[`places:${name}`]!);
    storePlaces(
      each((name) => this.tensors.get(name)!),
      { at: fromOrt(results.places!), values },
    );
  }
  dispose(): void {
    this.tensors.clear();
    this.#spare.clear();
  }
}

const fits = (tensor: OrtTensor, { shape, dtype }: Update): boolean =>
  tensor.type === dtype && tensor.dims.length === shape.length && tensor.dims.every((size, i) => size === shape[i]);
