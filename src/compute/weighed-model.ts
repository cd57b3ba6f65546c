// A model's compiled graphs, with weights put into them one set after another: two checkpoints of one form are compiled once.
import { isDeepStrictEqual } from 'node:util';
import type { Engine, HostTensors, State } from '../domain/engine.ts';
import { createGenerator, type Generator } from '../training/generate.ts';
import { kindOf } from '../training/kinds.ts';
import type { Scorer } from '../training/scoring.ts';
import type { ClassifierModel, LanguageModel } from './models.ts';

type Form = Pick<LanguageModel, 'architecture' | 'config' | 'tokenizer'> | ClassifierModel;

/** Both compute with the weights that were put in last. */
interface Weighed {
  score: Scorer;
  /** Null for a classifier, which writes nothing. */
  generate: Generator | null;
}
export interface Scales {
  /** Puts weights of a model in, in place of those that were. */
  put(model: Form, weights: HostTensors): Weighed;
  dispose(): void;
}

type Open = Weighed & { state: State; form: Form; shapes: Record<string, number[]> };

const shapesOf = (weights: HostTensors) =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));

/**
 * Graphs are used again only for a model of the same architecture, configuration and tensors: an adapter that one checkpoint has beside its
 * weights and the other has not is part of the graph, and would otherwise be left out or asked for in vain.
 */
export function createScales(engine: Engine): Scales {
  let open: Open | null = null;

  function compiled(form: Form, shapes: Open['shapes']): Open {
    const { architecture, config } = form;
    const same =
      open !== null &&
      open.form.architecture === architecture &&
      isDeepStrictEqual(open.form.config, config) &&
      isDeepStrictEqual(open.shapes, shapes);
    if (same) return open!;
    open?.state.dispose();
    const state = engine.createState({});
    const score = kindOf(architecture).scorer(engine, architecture, config, state);
    const generate = form.tokenizer === null ? null : createGenerator(engine, form.architecture, config, state);
    return { state, form, shapes, score, generate };
  }

  return {
    put(form, weights) {
      open = compiled(form, shapesOf(weights));
      open.state.write(weights);
      return open;
    },
    dispose: () => open?.state.dispose(),
  };
}
