// Importing this registers every kernel of the backend. A line each; the last one refuses what the others left out.
import './activations.ts';
import './binary.ts';
import './constants.ts';
import './convolution.ts';
import './cumulative.ts';
import './depthwise.ts';
import './einsum.ts';
import './fused.ts';
import './gather.ts';
import './matmul.ts';
import './normalization.ts';
import './order.ts';
import './padding.ts';
import './pooling.ts';
import './reduce.ts';
import './resize.ts';
import './scatter.ts';
import './select.ts';
import './shape.ts';
import './slice.ts';
import './space.ts';
import './unary.ts';

export { REGISTRY } from './register.ts';
export { MISSING } from './unsupported.ts';
