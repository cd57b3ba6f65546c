// Importing this registers every kernel of the backend.
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
import './unsupported.ts';

export { REGISTRY } from './register.ts';
