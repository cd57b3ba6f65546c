// The geometry of convolutions and pools, in two and three dimensions alike, as ONNX has it.
import type { backend_util } from '@tensorflow/tfjs';
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute } from '../onnx.ts';
import { upTo } from '../shapes.ts';
import type { Attributes } from './register.ts';

/** How windows lie on an image; each list has one number a spatial dimension. */
export interface Windows {
  /** Of the image, without batch and channels. */
  input: number[];
  output: number[];
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Padding before, and behind as far as the last window reaches. */
  begin: number[];
  end: number[];
  /** Images with the channels before the spatial dimensions (NCHW). */
  channelsFirst: boolean;
  outShape: number[];
}

type Info = backend_util.Conv2DInfo | backend_util.Conv3DInfo;

function windowsOf(info: Info): Windows {
  const deep = 'inDepth' in info;
  const { padInfo } = info as { padInfo: { front: number; top: number; left: number } };
  const input = [...(deep ? [info.inDepth] : []), info.inHeight, info.inWidth];
  const output = [...(deep ? [info.outDepth] : []), info.outHeight, info.outWidth];
  const kernel = [...(deep ? [info.filterDepth] : []), info.filterHeight, info.filterWidth];
  const strides = [...(deep ? [info.strideDepth] : []), info.strideHeight, info.strideWidth];
  const dilations = [...(deep ? [info.dilationDepth] : []), info.dilationHeight, info.dilationWidth];
  const begin = [...(deep ? [padInfo.front] : []), padInfo.top, padInfo.left];
  const reach = output.map((size, i) => (size - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1);
  const end = reach.map((length, i) => Math.max(0, length - input[i]! - begin[i]!));
  const channelsFirst = info.dataFormat === 'channelsFirst';
  return { input, output, kernel, strides, dilations, begin, end, channelsFirst, outShape: info.outShape };
}

type Shape = [number, number, number, number] & [number, number, number, number, number];
type Pad = 'same' | 'valid' | number;
type Rounding = 'floor' | 'round' | 'ceil' | undefined;

const formatOf = (name: 'NHWC' | 'NCHW' = 'NHWC') => tf.backend_util.convertConv2DDataFormat(name);

/** Of a convolution: `x` and `filter` are shapes as TensorFlow.js has them. Depthwise ones have one filter a channel. */
export function convolutionWindows(x: number[], filter: number[], attrs: Attributes, depthwise = false): Windows {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
  const { computeConv2DInfo, computeConv3DInfo } = tf.backend_util;
  const [at, by] = [x, filter] as [Shape, Shape];
  const [step, spread] = [strides, dilations ?? 1] as [number, number];
  return windowsOf(
    x.length === 5
      ? computeConv3DInfo(at, by, step, spread, pad as 'same')
      : computeConv2DInfo(
          at,
          by,
          step,
          spread,
          pad as Pad,
          dimRoundingMode as Rounding,
          depthwise,
          formatOf(dataFormat as 'NHWC' | undefined),
        ),
  );
}

/** One number a spatial dimension, or one for all of them. */
type Sizes = number & [number, number] & [number, number, number];
interface PoolAttributes {
  filterSize: Sizes;
  strides: Sizes;
  pad: 'same';
  dimRoundingMode?: 'floor';
  dilations?: Sizes;
}

/** Of a pool over images of shape `x`. */
export function poolWindows(x: number[], attrs: Attributes): Windows {
  const { filterSize, strides, pad, dimRoundingMode, dilations } = attrs as unknown as PoolAttributes;
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  return windowsOf(
    x.length === 5
      ? computePool3DInfo(x as Shape, filterSize, strides, dilations ?? 1, pad, dimRoundingMode)
      : computePool2DInfo(x as Shape, filterSize, strides, dilations ?? 1, pad, dimRoundingMode),
  );
}

/** Attributes of the operators that slide. */
export const slidingAttributes = (w: Windows): Record<string, Attribute> => ({
  kernel_shape: w.kernel,
  strides: w.strides,
  dilations: w.dilations,
  pads: [...w.begin, ...w.end],
});

/** To channels first and back; `rank` counts batch and channels. */
export const channelsFirst = (g: GraphBuilder, x: string, rank: number): string =>
  g.op('Transpose', [x], { perm: [0, rank - 1, ...upTo(rank - 2).map((i) => i + 1)] });
export const channelsLast = (g: GraphBuilder, x: string, rank: number): string =>
  g.op('Transpose', [x], { perm: [0, ...upTo(rank - 2).map((i) => i + 2), 1] });

/** What `emit` makes of x in ONNX's layout, in the layout of `w` again. */
export function inChannelsFirst(g: GraphBuilder, w: Windows, x: string, emit: (x: string) => string): string {
  const rank = w.input.length + 2;
  return w.channelsFirst ? emit(x) : channelsLast(g, emit(channelsFirst(g, x, rank)), rank);
}

/**
 * The parts of an image [batch, ...spatial, channels] that each place of the window sees, a list of
 * [batch, ...output, channels] in the order of the window's places.
 */
export function taps(g: GraphBuilder, w: Windows, x: string): string[] {
  const axes = w.input.map((_, i) => i + 1);
  const isPadded = [...w.begin, ...w.end].some((size) => size > 0);
  const image = isPadded ? g.op('Pad', [x, g.ints([0, ...w.begin, 0, 0, ...w.end, 0]), g.scalar(0, 'float32')]) : x;
  const places = w.kernel.reduce<number[][]>(
    (all, size) => all.flatMap((at) => upTo(size).map((i) => [...at, i])),
    [[]],
  );
  return places.map((place) => {
    const from = place.map((at, i) => at * w.dilations[i]!);
    const to = from.map((start, i) => start + (w.output[i]! - 1) * w.strides[i]! + 1);
    return g.op('Slice', [image, g.ints(from), g.ints(to), g.ints(axes), g.ints(w.strides)]);
  });
}
