// The schema of a method choice, built from the registry: one branch a method, parameters with their defaults.
import Type, { type TObject } from 'typebox';
import { Value } from 'typebox/value';
import type { Method, Need } from '../domain/method.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { EXACT } from '../runs/plan/exact.ts';
import { AUTO } from '../runs/plan/plan.ts';

/** The parameters as a client sees them: those with a default may be left out. */
export function clientParams(params: TObject): Record<string, unknown> {
  const properties = params.properties as Record<string, { default?: unknown }>;
  const required = ((params as { required?: string[] }).required ?? []).filter(
    (name) => properties[name]?.default === undefined,
  );
  const { required: _, ...rest } = structuredClone({ ...params }) as Record<string, unknown>;
  return { ...rest, additionalProperties: false, default: {}, ...(required.length > 0 ? { required } : {}) };
}

/** What may stand in the place of a method. */
const choosing = (name: string, description: string) => ({
  ...{ type: 'object', title: name, description, required: ['name'], additionalProperties: false },
  properties: {
    name: { type: 'string', const: name },
    params: { type: 'object', additionalProperties: false, default: {} },
  },
});
const CHOOSING = [
  choosing(
    AUTO,
    'The service chooses by model, forget set, deadline and budget; the plan of the run says what and why',
  ),
  choosing(
    EXACT,
    'Nothing but exact methods, the cheapest first; refused for a model that none can run on, and never answered by another method',
  ),
];

/**
 * `oneOf` with a discriminator on `name`. AJV then fills defaults inside the branch and points at the parameter;
 * a plain union would do neither.
 */
export function methodChoiceSchema(methods: Readonly<Record<string, Method>>) {
  const branches = Object.values(methods).map((method) => ({
    type: 'object',
    title: method.name,
    description: method.summary,
    required: ['name'],
    additionalProperties: false,
    properties: { name: { type: 'string', const: method.name }, params: clientParams(method.params) },
  }));
  return Type.Unsafe<MethodChoice>({
    type: 'object',
    description: 'How to unlearn; left out: `auto`, the service’s own plan',
    required: ['name'],
    discriminator: { propertyName: 'name' },
    oneOf: [...CHOOSING, ...branches],
  });
}

/** What a method needs with these parameters. */
export const needsOf = (method: Method, params: Record<string, unknown>): Need[] => method.needs(params as never);

export const defaultsOf = (method: Method): Record<string, unknown> =>
  Value.Default(method.params, {}) as Record<string, unknown>;
