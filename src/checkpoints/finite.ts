// The search for NaN and infinity in stored numbers of any type, on their bits: nothing is converted.
import { PIECE_BYTES, readPieces } from './file-bytes.ts';
import { invalid } from './invalid.ts';
import { eachStored, type StoredTensor } from './weight-files.ts';

/** Index of the first number whose exponent is all ones; -1 when there is none. */
function firstWithAll(bits: Uint8Array | Uint16Array | Uint32Array, exponent: number, step = 1, from = 0): number {
  for (let i = from; i < bits.length; i += step) if ((bits[i]! & exponent) >>> 0 === exponent) return i;
  return -1;
}

/** By type: index of the first element that is no finite number. Types that are not here hold finite numbers alone. */
const FIRST: Readonly<Record<string, (bytes: Uint8Array) => number>> = {
  F32: (bytes) => firstWithAll(words(bytes), 0x7f800000),
  // a pair of float32
  C64: (bytes) => Math.floor(firstWithAll(words(bytes), 0x7f800000) / 2),
  F16: (bytes) => firstWithAll(halves(bytes), 0x7c00),
  BF16: (bytes) => firstWithAll(halves(bytes), 0x7f80),
  // little-endian: the exponent is in the upper word
  F64: (bytes) => Math.floor(firstWithAll(words(bytes), 0x7ff00000, 2, 1) / 2),
  // no infinity, and NaN is all ones
  F8_E4M3: (bytes) => firstWithAll(bytes, 0x7f),
  F8_E5M2: (bytes) => firstWithAll(bytes, 0x7c),
  F8_E8M0: (bytes) => firstWithAll(bytes, 0xff),
};
const words = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
const halves = (bytes: Uint8Array) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);

/** Index of the first NaN or infinity among the bytes of whole elements, which are aligned; -1 when all are finite. */
export const firstNonFiniteOf = (dtype: string, bytes: Uint8Array): number => FIRST[dtype]?.(bytes) ?? -1;

const MINUS_INFINITY: Readonly<Record<string, string>> = { F32: '000080ff', F16: '00fc', BF16: '80ff' };
/** The constant of a mask in old exports: −1e9, which fp16 has as −∞. No model reads it. */
const isMaskConstant = ({ name, dtype }: StoredTensor, bytes: Uint8Array): boolean =>
  name.endsWith('masked_bias') && Buffer.from(bytes).toString('hex') === MINUS_INFINITY[dtype];

const shown = (dtype: string, bytes: Uint8Array, at: number): string =>
  dtype === 'F32' ? String(new Float32Array(bytes.buffer, bytes.byteOffset)[at]) : 'NaN or infinity';

/** Reads all numbers of tensors that lie file by file. Throws `checkpoint-invalid` for the first that is not finite. */
export async function checkFinite(dir: string, tensors: readonly StoredTensor[]): Promise<void> {
  const largest = tensors.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, largest));
  const inOrder = tensors.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset));
  await eachStored(dir, inOrder, async (handle, tensor) => {
    const { file, name, dtype, elements, bytes } = tensor;
    if (!(dtype in FIRST)) return;
    let before = 0;
    for await (const piece of readPieces(handle, tensor, file, buffer)) {
      const at = firstNonFiniteOf(dtype, piece);
      if (at >= 0 && !isMaskConstant(tensor, piece))
        throw invalid(
          file,
          `tensor ${name.slice(0, 200)} holds ${shown(dtype, piece, at)} at element ${before + at}`,
          'Export a checkpoint whose weights are all finite.',
        );
      before += (piece.byteLength / bytes) * elements;
    }
  });
}
