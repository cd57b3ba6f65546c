// The page as a reader sees it: in Chromium, on a screen, on a narrow one, and on paper.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { reportPage } from '../../../src/evidence/report-page/page.ts';
import { pageInput } from './fixture.ts';

/** Without them Chromium looks for things on the network. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** Share of a picture that is line or text: a chart that is all paper or all ink is broken. */
const INK = { least: 0.005, most: 0.4 };

let browser: Browser;
let dir: string;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM!, args: [...QUIET, ...OFFLINE] });
  dir = await mkdtemp(join(tmpdir(), 'expunge-page-'));
});
after(async () => {
  await browser?.close();
  if (dir) await rm(dir, { recursive: true, force: true });
});

/** The page at a width; `asked` gets everything that it loads beside itself, and what goes wrong in it. */
async function open(width: number, asked: string[] = []): Promise<Page> {
  const file = join(dir, 'page.html');
  await writeFile(file, reportPage(pageInput()));
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) asked.push(request.url());
  });
  page.on('console', (message) => asked.push(message.text()));
  page.on('pageerror', (error) => asked.push(error.message));
  await page.goto(pathToFileURL(file).href);
  return page;
}

// what runs in the page is text: the types of a browser are no part of this project
const INK_OF = `async (data) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
  let ink = 0;
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i] + pixels[i + 1] + pixels[i + 2] < 600) ink += 1;
  return ink / (pixels.length / 4);
}`;
const HEIGHTS = `[...document.querySelectorAll('td.passed')].map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().height;
})`;

/** Share of the pixels of a picture that are not the paper’s. */
const inkOf = (page: Page, png: Buffer): Promise<number> => page.evaluate(`(${INK_OF})('${png.toString('base64')}')`);

test('nothing is asked for beside the page, and every chart shows lines', async () => {
  const asked: string[] = [];
  const page = await open(1100, asked);
  const charts = await page.locator('svg[role=img]').all();
  assert.ok(charts.length >= 10);
  const blank = await browser.newPage();
  for (const chart of charts) {
    const ink = await inkOf(blank, await chart.screenshot());
    const label = await chart.getAttribute('aria-label');
    assert.ok(ink > INK.least && ink < INK.most, `${label}: ${(100 * ink).toFixed(2)} % ink`);
  }
  assert.deepEqual(asked, []);
});

for (const width of [1100, 700, 400]) {
  test(`at ${width} pixels nothing is wider than the screen, and no verdict is broken in two`, async () => {
    const page = await open(width);
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(wide <= width, `${wide} pixels wide`);
    const heights = await page.evaluate<number[]>(HEIGHTS);
    assert.ok(heights.length > 10 && heights.every((height) => height < 30), `${heights}`);
  });
}

test('on paper it has some pages, with all text of the verdict on the first', async () => {
  const page = await open(1100);
  const paper = await page.pdf({ format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' } });
  const pages = paper.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length;
  assert.ok(pages >= 2 && pages <= 8, `${pages} pages`);
  await page.emulateMedia({ media: 'print' });
  const bottom = await page.evaluate<number>(`document.querySelector('.verdict').getBoundingClientRect().bottom`);
  assert.ok(bottom < 900);
});
