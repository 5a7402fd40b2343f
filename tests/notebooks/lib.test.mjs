// The modules that the tour imports: they are read by newcomers, so they had better be right.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { bandChart, barChart } from '../../notebooks/lib/chart.ts';
import { CsvError, parseCsv } from '../../notebooks/lib/csv.ts';

const rows = [
  { name: 'plain fields', text: 'a,b\n1,x\n2,y\n', expected: [{ a: 1, b: 'x' }, { a: 2, b: 'y' }] },
  { name: 'no line end at the end', text: 'a,b\n1,x', expected: [{ a: 1, b: 'x' }] },
  { name: 'CRLF and blank lines', text: 'a,b\r\n1,x\r\n\r\n', expected: [{ a: 1, b: 'x' }] },
  { name: 'quotes around commas, quotes and line ends', text: 'b,a\n"x, ""y""\nz",3\n', expected: [{ a: 3, b: 'x, "y"\nz' }] },
  { name: 'an empty last field', text: 'a,b\n1,\n', expected: [{ a: 1, b: '' }] },
  { name: 'columns nobody asked for', text: 'c,a,b\n9,1,x\n', expected: [{ a: 1, b: 'x' }] },
  { name: 'only a header', text: 'a,b\n', expected: [] },
];

for (const { name, text, expected } of rows) {
  test(`parseCsv reads ${name}`, () => assert.deepEqual(parseCsv(text, { a: Number, b: String }), expected));
}

const complaints = [
  { text: '', message: /line 1: there is no header/ },
  { text: 'a\n1\n', message: /line 1: there is no column "b", only a/ },
  { text: 'a,b\n1,x\nmany,y\n', message: /line 3: "a" cannot be read from "many,y"/ },
];

for (const { text, message } of complaints) {
  test(`parseCsv says what is wrong with ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseCsv(text, { a: Number, b: String }), (error) => {
      assert(error instanceof CsvError);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('the data of the tour is whole', async () => {
  const text = await readFile(new URL('../../notebooks/data/seattle-weather.csv', import.meta.url), 'utf8');
  const days = parseCsv(text, { date: (day) => new Date(day), precipitation: Number, temp_max: Number, weather: String });
  assert.equal(days.length, 1461);
  assert.deepEqual([...new Set(days.map((day) => day.weather))].sort(), ['drizzle', 'fog', 'rain', 'snow', 'sun']);
});

test('a chart is well-formed SVG without a NaN', () => {
  const band = bandChart({ title: 'a < b', items: [1, 5, 3], label: String, low: (i) => i - 2, high: (i) => i, unit: '°' });
  const bars = barChart({ title: 'bars', bars: [{ label: 'x', parts: { a: 1, b: 2 } }], colors: { a: 'red', b: 'blue' }, unit: '' });
  for (const svg of [band, bars]) {
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.doesNotMatch(svg, /NaN|undefined|a < b/);
  }
});
