import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSerializer } from '../../src/http/serializers.ts';

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
