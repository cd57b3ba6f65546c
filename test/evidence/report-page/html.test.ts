import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../../src/evidence/report-page/html.ts';

test('what is filled in is text; markup, lists and nothing are what they are', () => {
  const text = `<b onload="x">'&'</b>`;
  assert.equal(html`<p title="${text}">${text}</p>`.text.includes('<b'), false);
  assert.equal(html`<p>${'a & b'}</p>`.text, '<p>a &amp; b</p>');
  assert.equal(
    html`<ul>${[1, 2].map((i) => html`<li>${i}</li>`)}${null}${false}</ul>`.text,
    '<ul><li>1</li><li>2</li></ul>',
  );
});
