// The header of a safetensors file, checked in full before anything is allocated for it. Format: github.com/huggingface/safetensors
import Type from 'typebox';
import { Value } from 'typebox/value';
import { ExpungeError } from '../errors.ts';
import { invalid } from './invalid.ts';
import { checkJsonText } from './json-text.ts';

export { invalid };

/** Bytes of one element; types of less than a byte are not read. */
const BYTES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, U16: 2, I16: 2, F16: 2, BF16: 2 },
    ...{ U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8, C64: 8 },
  }),
);
const MAX_HEADER_BYTES = 100_000_000;

const Entry = Type.Object(
  {
    dtype: Type.String(),
    shape: Type.Array(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    data_offsets: Type.Tuple([
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    ]),
  },
  { additionalProperties: false },
);
const Metadata = Type.Record(Type.String(), Type.String());

export interface TensorInfo {
  name: string;
  dtype: string;
  shape: number[];
  elements: number;
  /** First byte in the file. */
  offset: number;
  bytes: number;
}
export interface Header {
  /** In the order of their bytes in the file. */
  tensors: TensorInfo[];
  metadata: Record<string, string>;
  /** Where the data begin in the file: length field and header lie before it. */
  start: number;
}

const EXPORT_AGAIN = 'Export the weights again with a current safetensors library.';

/**
 * Length of the JSON header from the first 8 bytes (u64, little-endian). `fileBytes` is the size of the whole file.
 * Compared as BigInt: the field can hold more than a number can.
 */
export function headerLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (prefix.byteLength < 8) throw invalid(file, 'is shorter than 8 bytes', EXPORT_AGAIN);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw invalid(file, `claims a header of ${length} bytes, more than ${MAX_HEADER_BYTES}`, EXPORT_AGAIN);
  if (length > BigInt(fileBytes - 8))
    throw invalid(file, `is truncated: its header should have ${length} bytes`, 'Copy the file again, whole.');
  return Number(length);
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw invalid(file, 'has a header that does not begin with {', EXPORT_AGAIN);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    checkJsonText(text, { file, depth: 3, remedy: EXPORT_AGAIN });
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof ExpungeError) throw error;
    throw invalid(file, 'has a header that is not JSON in UTF-8', EXPORT_AGAIN, error);
  }
}

/** Product of a shape; undefined when it is no safe integer. */
function product(shape: readonly number[]): number | undefined {
  // A zero anywhere makes the tensor empty, however large the other sizes are.
  if (shape.includes(0)) return 0;
  let elements = 1;
  for (const size of shape) {
    elements *= size;
    if (!Number.isSafeInteger(elements)) return undefined;
  }
  return elements;
}

function entry(name: string, value: unknown, start: number, file: string): TensorInfo {
  const label = `tensor ${JSON.stringify(name.slice(0, 200))}`;
  if (!Value.Check(Entry, value))
    throw invalid(file, `describes ${label} by other than dtype, shape and data_offsets`, EXPORT_AGAIN);
  const size = BYTES.get(value.dtype);
  if (size === undefined)
    throw invalid(file, `gives ${label} the unknown type ${JSON.stringify(value.dtype.slice(0, 20))}`, EXPORT_AGAIN);
  const elements = product(value.shape);
  const [begin, end] = value.data_offsets;
  if (elements === undefined || !Number.isSafeInteger(elements * size))
    throw invalid(file, `gives ${label} a shape that no file can hold`, EXPORT_AGAIN);
  if (end - begin !== elements * size)
    throw invalid(file, `gives ${label} ${end - begin} bytes where its shape needs ${elements * size}`, EXPORT_AGAIN);
  return { name, dtype: value.dtype, shape: value.shape, elements, offset: start + begin, bytes: end - begin };
}

/**
 * Checks the JSON header. `start` is where the data begins in the file, `fileBytes` where the file ends.
 * The data must follow one another without hole or overlap and fill the file. Throws `checkpoint-invalid`.
 */
export function parseHeader(bytes: Uint8Array, start: number, fileBytes: number, file: string): Header {
  const { __metadata__: metadata = {}, ...entries } = parseJson(bytes, file);
  if (!Value.Check(Metadata, metadata)) throw invalid(file, 'has __metadata__ that is not text to text', EXPORT_AGAIN);
  const tensors = Object.entries(entries).map(([name, value]) => entry(name, value, start, file));
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let position = start;
  for (const { name, offset, bytes: size } of tensors) {
    if (offset !== position) {
      const what = offset < position ? 'overlaps' : 'leaves a hole before';
      throw invalid(file, `${what} tensor ${JSON.stringify(name.slice(0, 200))}`, EXPORT_AGAIN);
    }
    position += size;
  }
  if (position > fileBytes)
    throw invalid(file, `is truncated: ${fileBytes} of ${position} bytes are there`, 'Copy the file again, whole.');
  if (position < fileBytes)
    throw invalid(file, `holds ${fileBytes - position} bytes that belong to no tensor`, EXPORT_AGAIN);
  return { tensors, metadata, start };
}
