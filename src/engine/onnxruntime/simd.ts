// Chains of elementwise arithmetic as WebAssembly: one pass over memory for a whole chain, four numbers at a time.
// Binary format and opcodes: https://webassembly.github.io/spec/core/binary/ . Float32 throughout; Node has it everywhere.

/** What is used of it; its types come with those of browsers only. */
declare const WebAssembly: {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

/** Opcodes after the SIMD prefix, by the name that TensorFlow.js has for the kernel; `Square` is a product. */
const BINARY: Record<string, number> = { Add: 0xe4, Sub: 0xe5, Multiply: 0xe6, RealDiv: 0xe7 };
const UNARY: Record<string, number> = { Abs: 0xe0, Neg: 0xe1, Sqrt: 0xe3 };
export const isArithmetic = (op: string): boolean => op === 'Square' || op in BINARY || op in UNARY;

/** A value of a chain: a tensor that is read, a number that is the same everywhere, or what an operation gives. */
export type Value = { tensor: number } | { number: number } | { op: string; inputs: Value[] };

export interface Chain {
  tensors: number;
  numbers: number;
  results: Value[];
}

/** Reads from `tensors` and writes `results`, which may be the same arrays; all have as many elements. */
export type ChainKernel = (tensors: Float32Array[], numbers: number[], results: Float32Array[]) => void;

/** Elements of a tensor that are worked on at a time, in a memory small enough for the cache. */
const BLOCK = 8192;
const BYTES = 4 * BLOCK;
const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];
const [GET, SET, TEE] = [0x20, 0x21, 0x22];

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const list = (items: number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (value: string): number[] => list([...Buffer.from(value)].map((byte) => [byte]));

/** The loop over one block; tensors and results lie in the memory one after the other, `BYTES` each. */
function encode({ tensors, numbers, results }: Chain): Uint8Array<ArrayBuffer> {
  // parameters: bytes of the block, then the numbers; locals: the place in the block, then vectors
  const place = 1 + numbers;
  let vectors = 0;
  const newVector = () => place + 1 + vectors++;
  const splats = Array.from({ length: numbers }, newVector);
  const before = splats.flatMap((local, i) => [GET, ...unsigned(1 + i), ...simd(0x13), SET, ...unsigned(local)]);
  const body: number[] = [];
  const known = new Map<Value | number, number>();
  const keep = (key: Value | number, code: number[]): number => {
    const local = newVector();
    body.push(...code, SET, ...unsigned(local));
    known.set(key, local);
    return local;
  };
  const get = (value: Value): number[] => [GET, ...unsigned(localOf(value))];
  function localOf(value: Value): number {
    if ('number' in value) return splats[value.number]!;
    const key = 'tensor' in value ? value.tensor : value;
    const found = known.get(key);
    if (found !== undefined) return found;
    if ('tensor' in value)
      return keep(key, [GET, ...unsigned(place), ...simd(0x00), 4, ...unsigned(value.tensor * BYTES)]);
    const operands = value.inputs.map(get);
    if (value.op === 'Square') return keep(key, [...operands[0]!, ...operands[0]!, ...simd(BINARY.Multiply!)]);
    return keep(key, [...operands.flat(), ...simd((BINARY[value.op] ?? UNARY[value.op])!)]);
  }
  for (const [i, result] of results.entries()) {
    const value = get(result);
    body.push(GET, ...unsigned(place), ...value, ...simd(0x0b), 4, ...unsigned((tensors + i) * BYTES));
  }
  const advance = [GET, ...unsigned(place), 0x41, 16, 0x6a, TEE, ...unsigned(place), GET, 0, 0x49, 0x0d, 0];
  const code = [...before, 0x03, 0x40, ...body, ...advance, 0x0b, 0x0b];
  const locals = list([
    [...unsigned(1), I32],
    [...unsigned(vectors), V128],
  ]);
  const entry = [...locals, ...code];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list([[0x60, ...list([[I32], ...Array.from({ length: numbers }, () => [F32])]), 0x00]])),
    ...section(2, list([[...text('host'), ...text('memory'), 0x02, 0x00, ...unsigned(1)]])),
    ...section(3, list([[0x00]])),
    ...section(7, list([[...text('run'), 0x00, 0x00]])),
    ...section(10, list([[...unsigned(entry.length), ...entry]])),
  ]);
}

/** Compiles a chain. Its memory is its own. */
export function compileChain(chain: Chain): ChainKernel {
  const slots = chain.tensors + chain.results.length;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((slots * BYTES) / 65_536) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encode(chain)), { host: { memory } });
  const run = exports.run as (bytes: number, ...numbers: number[]) => void;
  const blocks = Array.from({ length: slots }, (_, slot) => new Float32Array(memory.buffer, slot * BYTES, BLOCK));
  return (tensors, numbers, results) => {
    const count = results[0]!.length;
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(count, from + BLOCK);
      for (const [i, tensor] of tensors.entries()) blocks[i]!.set(tensor.subarray(from, to));
      run(16 * Math.ceil((to - from) / 4), ...numbers);
      for (const [i, result] of results.entries()) {
        const block = blocks[tensors.length + i]!;
        result.set(to - from === BLOCK ? block : block.subarray(0, to - from), from);
      }
    }
  };
}
