// Stored numbers to float32 and back, and the search for numbers that are none. Files are little-endian, and so are all hosts
// that Node runs our engines on.
import { endianness } from 'node:os';

if (endianness() !== 'LE') throw new Error('safetensors files are read on little-endian machines only');

/** Bytes of an element, for the types that weights may have. */
export const WEIGHT_BYTES: Readonly<Record<WeightType, number>> = { F32: 4, F16: 2, BF16: 2 };
export type WeightType = 'F32' | 'F16' | 'BF16';
export const isWeightType = (dtype: string): dtype is WeightType => dtype in WEIGHT_BYTES;

/** IEEE 754 binary16 bits to number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Little-endian F16 bits to float32; exact. */
export function fromHalf(bits: Uint16Array, out: Float32Array): void {
  for (let i = 0; i < bits.length; i++) out[i] = half(bits[i]!);
}

/** bfloat16 is the upper half of a float32; exact. */
export function fromBfloat16(bits: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Nearest binary16 bits, ties to even; beyond the range infinity, as IEEE 754 has it. */
function toHalf(value: number): number {
  float[0] = value;
  const sign = (word[0]! >>> 16) & 0x8000;
  const magnitude = word[0]! & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 lies half-way between the largest half and what would follow it
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // at least 2^-14: drop 13 bits of the fraction, rebias the exponent; a carry runs into it rightly
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >>> 13);
  const units = Math.abs(value) * 2 ** 24;
  const below = Math.floor(units);
  const up = units - below > 0.5 || (units - below === 0.5 && below % 2 === 1);
  return sign | (up ? below + 1 : below);
}

/** Nearest bfloat16 bits, ties to even. */
function toBfloat16(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Where rounding gives infinity. */
const TOO_LARGE = { F16: 65520, BF16: (2 - 2 ** -8) * 2 ** 127 };

/** Index of the first finite number that a type cannot hold; -1 when it holds all of them. */
export const firstTooLarge = (data: Float32Array, type: WeightType): number =>
  type === 'F32' ? -1 : data.findIndex((value) => Math.abs(value) >= TOO_LARGE[type]);

/**
 * Numbers as a type stores them, rounded to nearest, ties to even: bytes to write. What is converted lies in `room`, which
 * has an element for each number.
 */
export function stored(data: Float32Array, type: WeightType, room?: Uint16Array<ArrayBuffer>): Uint8Array {
  if (type === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const convert = type === 'F16' ? toHalf : toBfloat16;
  const bits = room?.subarray(0, data.length) ?? new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) bits[i] = convert(data[i]!);
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
}

/** Index of the first NaN or infinity; -1 when all numbers are finite. */
export function firstNonFinite(data: Float32Array): number {
  // x - x is 0 for a finite x and NaN for any other: one addition a number, no branch.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}
