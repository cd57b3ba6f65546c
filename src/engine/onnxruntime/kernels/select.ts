// Choosing between values.
import type { Dtype } from '../../../domain/engine.ts';
import { sameShape } from '../shapes.ts';
import { kernel, record } from './register.ts';

kernel('Select', ({ inputs, backend }) => {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', (typeof inputs)[string]>;
  const nodes = [backend.node(condition), backend.node(t), backend.node(e)];
  const whole = [t, e].some((x, i) => nodes[i + 1]!.kind !== 'splat' && sameShape(x.shape, t.shape));
  return record(
    backend,
    'Select',
    nodes,
    { shape: t.shape, dtype: t.dtype as Dtype, broadcasts: whole, elementwise: true },
    (g, [where, yes, no]) => {
      if (t.dtype !== 'bool') return g.op('Where', [where!, yes!, no!]);
      // the CPU provider chooses between numbers only
      return g.cast(g.op('Where', [where!, g.cast(yes!, 'int32'), g.cast(no!, 'int32')]), 'bool');
    },
  );
});
