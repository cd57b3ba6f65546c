// Images at another size. Rows and columns are resized by a constant matrix each; the gradient is the product with
// the matrices turned over.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GraphBuilder } from '../builder.ts';
import { type LazyNode, leaf, toHost } from '../node.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

interface Resize {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}
type Weights = { at: number; weight: number }[];

/** Where along the old axis the places of the new one lie. */
function positions(from: number, to: number, { alignCorners }: Resize, shift: number): number[] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return upTo(to).map((i) => scale * (i + shift));
}

function linear(from: number, to: number, resize: Resize): Weights[] {
  const shift = resize.halfPixelCenters ? 0.5 : 0;
  return positions(from, to, resize, shift).map((position) => {
    const at = position - shift;
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(from - 1, Math.ceil(at));
    return [
      { at: low, weight: 1 - (at - low) },
      { at: high, weight: at - low },
    ];
  });
}

function nearest(from: number, to: number, resize: Resize): Weights[] {
  return positions(from, to, resize, resize.halfPixelCenters ? 0.5 : 0).map((at) => {
    const place = Math.min(from - 1, resize.alignCorners ? Math.round(at) : Math.floor(at));
    return [{ at: Math.max(0, place), weight: 1 }];
  });
}

/** [to, from]: what each new place takes of the old ones. */
function matrix(weights: Weights[], from: number): LazyNode {
  const data = new Float32Array(weights.length * from);
  for (const [row, parts] of weights.entries()) {
    for (const { at, weight } of parts) data[row * from + at]! += weight;
  }
  return leaf(toHost(data, [weights.length, from], 'float32'));
}

/** `shape` is x's; `tall` and `wide` are [new, old], or turned over if `back`. */
function resized(
  g: GraphBuilder,
  x: string,
  shape: number[],
  to: number[],
  [tall, wide]: string[],
  back: boolean,
): string {
  const [batch, height, , channels] = shape as [number, number, number, number];
  const turn = (m: string) => (back ? g.op('Transpose', [m], { perm: [1, 0] }) : m);
  const rows = g.op('Reshape', [x, g.ints([batch * height, shape[2]!, channels])]);
  const widened = g.op('MatMul', [turn(wide!), rows]);
  const columns = g.op('Reshape', [widened, g.ints([batch, height, to[1]! * channels])]);
  const done = g.op('MatMul', [turn(tall!), columns]);
  return g.op('Reshape', [done, g.ints([batch, to[0]!, to[1]!, channels])]);
}

const GRADIENT =
  'The slope for every option and shape. TensorFlow.js’ own backends leave halfPixelCenters out of it, and its `cpu` ';

function resizing(name: string, place: typeof linear, fault: string): void {
  const matrices = (from: number[], to: number[], resize: Resize) =>
    [1, 2].map((axis) => matrix(place(from[axis]!, to[axis]!, resize), from[axis]!));
  const flags = (attrs: Record<string, unknown>): Resize => ({
    alignCorners: Boolean(attrs.alignCorners),
    halfPixelCenters: Boolean(attrs.halfPixelCenters),
  });
  kernel(name, ({ inputs, attrs, backend }) => {
    const images = inputs.images!;
    const [height, width] = attrs.size as [number, number];
    const shape = [images.shape[0]!, height, width, images.shape[3]!];
    const nodes = [backend.node(images), ...matrices(images.shape, shape, flags(attrs))];
    return record(backend, name, nodes, { shape, dtype: 'float32' }, (g, [image, ...both]) =>
      resized(
        g,
        images.dtype === 'float32' ? image! : g.cast(image!, 'float32'),
        images.shape,
        [height, width],
        both,
        false,
      ),
    );
  });
  const gradient: Parameters<typeof kernel>[1] = ({ inputs, attrs, backend }) => {
    const { images, dy } = inputs as Record<'images' | 'dy', TensorInfo>;
    const nodes = [backend.node(dy), ...matrices(images.shape, dy.shape, flags(attrs))];
    return record(backend, `${name}Grad`, nodes, { shape: images.shape, dtype: 'float32' }, (g, [slope, ...both]) =>
      resized(g, slope!, dy.shape, images.shape.slice(1, 3), both, true),
    );
  };
  kernel(`${name}Grad`, gradient, { limit: `${GRADIENT}${fault}` });
}
resizing('ResizeBilinear', linear, 'turns images that are not square.');
resizing('ResizeNearestNeighbor', nearest, 'mixes up the images of a batch.');
