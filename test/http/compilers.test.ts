import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSerializer, buildValidator, compileWaiting } from '../../src/http/compilers.ts';
import { openService } from './service.ts';

const object = (properties: object) => ({ type: 'object', properties });
const text = { type: 'string' };
const route = (schema: object) => ({ method: 'GET', url: '/', httpStatus: '200', schema });
const Person = { $id: 'Person', ...object({ name: text, city: { $ref: 'City#' } }) };
const City = { $id: 'City', ...object({ name: text }) };
const Other = { $id: 'Other', ...object({ of: { $ref: 'Other#' } }) };
const mirela = { name: 'Mirela', city: { name: 'Ardo', secret: 1 }, secret: 2 };

test('what schemas that refer to each other do not list is left out', () => {
  const serialize = buildSerializer({ Person, City, Other })(route({ type: 'array', items: { $ref: 'Person#' } }));
  assert.equal(serialize([mirela]), '[{"name":"Mirela","city":{"name":"Ardo"}}]');
});

test('one schema is compiled once, whichever route and application asks; what it refers to is a part of it', () => {
  const refers = () => route({ $ref: 'Person#' });
  const first = buildSerializer({ Person, City })(refers());
  assert.equal(buildSerializer({ City, Person, Other })({ ...refers(), url: '/other' }), first);
  const wider = buildSerializer({ Person, City: { ...City, properties: { ...City.properties, secret: text } } });
  assert.equal(wider(refers())(mirela), '{"name":"Mirela","city":{"name":"Ardo","secret":"1"}}');
});

test('what is validated says what is wrong with it, and is compiled once too', () => {
  const options = { customOptions: { coerceTypes: false } };
  const body = (schema: object) => ({ method: 'POST', url: '/', httpPart: 'body', schema }) as never;
  const validate = buildValidator({ City }, options)(body(object({ city: { $ref: 'City#' } })));
  assert.equal(validate({ city: { name: 'Ardo' } }), true);
  assert.equal(validate({ city: { name: 3 } }), false);
  assert.deepEqual(
    validate.errors?.map(({ instancePath, keyword }) => [instancePath, keyword]),
    [['/city/name', 'type']],
  );
  assert.equal(buildValidator({ City, Person }, options)(body(object({ city: { $ref: 'City#' } }))), validate);
  const strict = { customOptions: { coerceTypes: true } };
  assert.equal(
    buildValidator({ City }, strict)(body(object({ city: { $ref: 'City#' } })))({ city: { name: 3 } }),
    true,
  );
});

test('a schema that cannot be compiled is found here, and not by the first call of its route', async (t) => {
  await openService(t);
  compileWaiting();
  const wrong = buildValidator({}, { customOptions: {} })({ schema: { type: 'nothing' } } as never);
  assert.throws(compileWaiting, /schema is invalid/);
  assert.throws(() => wrong({}), /schema is invalid|JSONType/);
});

test('a header that a schema names otherwise than Node hands it over is found as its route is added', () => {
  const headers = (schema: object) =>
    buildValidator({}, { customOptions: {} })({ method: 'GET', url: '/', httpPart: 'headers', schema } as never);
  assert.equal(headers({ ...object({ prefer: text }), required: ['prefer'] })({}), false);
  assert.throws(() => headers(object({ Prefer: text })), /Prefer has to be in lower case/);
  assert.throws(() => headers({ ...object({ prefer: text }), required: ['Prefer'] }), /Prefer has to be in lower case/);
});
