// Stored numbers to float32, and the search for numbers that are none. Files are little-endian, and so are all hosts
// that Node runs our engines on.
import { endianness } from 'node:os';

if (endianness() !== 'LE') throw new Error('safetensors files are read on little-endian machines only');

/** Bytes of an element, for the types that weights may have. */
export const WEIGHT_BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

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

/** Index of the first NaN or infinity; -1 when all numbers are finite. */
export function firstNonFinite(data: Float32Array): number {
  // x - x is 0 for a finite x and NaN for any other: one addition a number, no branch.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}
