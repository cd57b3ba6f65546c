// Rounding of weights to few bits, as models are shrunk for use.
import type { HostTensors } from '../../domain/engine.ts';

/** Numbers that share a scale, in the order in which they are stored: what common 4-bit formats have. */
const BLOCK = 32;

/**
 * Rounds every matrix, in place, to signed integers of `bits` bits with one scale a block of 32 numbers (the largest of them is
 * exact) and back; vectors stay as they are.
 */
export function quantise(weights: HostTensors, bits: number): void {
  const most = 2 ** (bits - 1) - 1;
  for (const { shape, data } of Object.values(weights)) {
    if (shape.length < 2) continue;
    for (let from = 0; from < data.length; from += BLOCK) {
      const to = Math.min(from + BLOCK, data.length);
      let largest = 0;
      for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(data[i]!));
      if (largest === 0) continue;
      const scale = largest / most;
      for (let i = from; i < to; i++) data[i] = Math.round(data[i]! / scale) * scale;
    }
  }
}
