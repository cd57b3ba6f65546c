// Removal of the smallest weights.
import type { HostTensors } from '../../domain/engine.ts';

/** Sets the given share of every matrix to zero, in place: its numbers of least size; vectors stay as they are. */
export function prune(weights: HostTensors, share: number): void {
  for (const { shape, data } of Object.values(weights)) {
    const count = Math.floor(share * data.length);
    if (shape.length < 2 || count === 0) continue;
    const sizes = Float32Array.from(data, Math.abs).sort();
    const least = sizes[count - 1]!;
    // of those as small as the last one that goes, the first ones, until there are enough
    let equals = count - sizes.indexOf(least);
    for (let i = 0; i < data.length; i++) {
      const size = Math.abs(data[i]!);
      if (size > least || (size === least && equals === 0)) continue;
      if (size === least) equals -= 1;
      data[i] = 0;
    }
  }
}
