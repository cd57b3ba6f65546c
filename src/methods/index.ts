// The catalogue: every registered method by name, and its parameters with defaults filled in.
import { Value } from 'typebox/value';
import type { Method, Need } from '../domain/method.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import * as registry from './registry.ts';

// the registry's members differ in their parameter types; looked up by name they are plain methods. No prototype: names
// come from requests
export const methods: Readonly<Record<string, Method>> = Object.freeze({
  __proto__: null,
  ...Object.fromEntries(
    (Object.values(registry) as unknown as Method[])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((method) => [method.name, method]),
  ),
} as unknown as Record<string, Method>);

/** Throws `validation-failed` for a name that is not registered, listing those that are. */
export function getMethod(name: string): Method {
  const method = methods[name];
  if (method === undefined) {
    throw new ExpungeError(
      'validation-failed',
      `There is no method ${name}; there are ${Object.keys(methods).join(', ')}.`,
      {
        errors: [{ pointer: '#/method/name', detail: 'unknown method' }],
      },
    );
  }
  return method;
}

/** Whether a method trains by the recipe, without the records. One that is not registered any more does not, as far as anybody knows. */
export const trainsAnew = (name: string): boolean =>
  Object.hasOwn(methods, name) && methods[name]!.guarantee === 'exact';

/** Parameters with defaults filled in. Throws `validation-failed` with a pointer to the parameter. */
export function fillParams(name: string, given: Record<string, unknown> = {}): Record<string, unknown> {
  const method = getMethod(name);
  const params = Value.Default(method.params, structuredClone(given)) as Record<string, unknown>;
  const errors = Value.Errors(method.params, params).map((error) => ({
    pointer: `#/method/params${error.instancePath}`,
    detail: error.message,
  }));
  if (errors.length > 0) {
    throw new ExpungeError(
      'validation-failed',
      `The parameters of ${name} are out of range: ${errors[0]!.pointer} ${errors[0]!.detail}.`,
      { errors },
    );
  }
  return params;
}

/** What a method with these parameters asks for. Throws `validation-failed` as `fillParams` does. */
export const needsOf = ({ name, params }: MethodChoice): Need[] =>
  getMethod(name).needs(fillParams(name, params) as never);

export const defaultParams = (name: string): Record<string, unknown> => fillParams(name);
