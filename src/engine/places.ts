// New values of a few places of tensors in ordinary memory.
import type { HostTensor, HostTensors, PlaceUpdate } from '../domain/engine.ts';

/** Writes the update into the tensors’ own memory. Throws an Error for a shape that does not fit or a place outside. */
export function storePlaces(targets: HostTensors, { at, values }: PlaceUpdate<HostTensor>): void {
  for (const [name, { shape, data }] of Object.entries(values)) {
    const target = targets[name];
    const [rows, heads, time, size] = shape as [number, number, number, number];
    const places = target?.shape[2] ?? 0;
    if (`${target?.shape}` !== `${[rows, heads, places, size]}` || at.data.length !== rows)
      throw new Error(`places of ${name}: [${shape}] does not fit [${target?.shape}] and ${at.data.length} rows`);
    for (let row = 0; row < rows; row++) {
      const first = at.data[row]!;
      if (first < 0 || first + time > places) throw new Error(`${name} has ${places} places, not ${first} + ${time}`);
      for (let head = 0; head < heads; head++) {
        const from = (row * heads + head) * time * size;
        const to = ((row * heads + head) * places + first) * size;
        // a loop: for a few numbers it beats a view and its copy
        for (let i = 0; i < time * size; i++) target!.data[to + i] = data[from + i]!;
      }
    }
  }
}
