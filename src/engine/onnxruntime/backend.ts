// A TensorFlow.js backend that computes nothing itself: kernels record nodes, a read (or a compiled step) turns
// what it depends on into one ONNX graph.
import type { backend_util, DataId, DataType, TensorInfo, KernelBackend as TfKernelBackend } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../domain/engine.ts';
import { tf } from '../tfjs.ts';
import { knownValue, type LazyNode, leaf, toHost } from './node.ts';
import type { Sessions } from './sessions.ts';

export const BACKEND_NAME = 'onnxruntime';

interface Entry {
  node: LazyNode;
  references: number;
}

function elementType(dtype: DataType): Dtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`the onnxruntime backend has no ${dtype} tensors: cast to float32 or int32`);
}

export class OnnxBackend extends (tf.KernelBackend as unknown as new () => TfKernelBackend) {
  readonly sessions: Sessions;
  readonly #entries = new Map<DataId, Entry>();

  constructor(sessions: Sessions) {
    super();
    this.sessions = sessions;
  }

  override numDataIds(): number {
    return this.#entries.size;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override refCount(id: DataId): number {
    return this.#entries.get(id)?.references ?? 0;
  }
  override incRef(id: DataId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.references++;
  }
  decRef(id: DataId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.references--;
  }
  override write(values: backend_util.BackendValues | null, shape: number[], dtype: DataType): DataId {
    const id = {};
    this.move(id, values as backend_util.BackendValues, shape, dtype, 1);
    return id;
  }
  override move(
    id: DataId,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    references: number,
  ): void {
    const data = (values ?? new Float32Array(elementCount(shape))) as ArrayLike<number>;
    this.#entries.set(id, { node: leaf(toHost(data, shape, elementType(dtype))), references });
  }
  override disposeData(id: DataId, force = false): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return true;
    entry.references--;
    if (entry.references > 0 && !force) return false;
    this.#entries.delete(id);
    return true;
  }
  override dispose(): void {
    this.#entries.clear();
  }

  /** The node behind a tensor. */
  node(tensor: Pick<TensorInfo, 'dataId'>): LazyNode {
    const entry = this.#entries.get(tensor.dataId);
    if (entry === undefined) throw new Error('the tensor was disposed, or belongs to another backend');
    return entry.node;
  }
  /** A tensor for a node. */
  tensor(node: LazyNode): TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { node, references: 1 });
    return { dataId, shape: node.shape, dtype: node.dtype };
  }

  override async read(id: DataId): Promise<backend_util.BackendValues> {
    const node = this.node({ dataId: id });
    const known = knownValue(node);
    if (known !== undefined) return known.data;
    const [value] = await this.sessions.evaluate([node]);
    if (node.kind === 'op') {
      node.value = value!;
      node.inputs = []; // what it was computed from may go
    }
    return value!.data;
  }
  override readSync(id: DataId): backend_util.BackendValues {
    const known = knownValue(this.node({ dataId: id }));
    if (known === undefined) throw new Error('this tensor is not computed yet: await tensor.data() instead');
    return known.data;
  }
}
