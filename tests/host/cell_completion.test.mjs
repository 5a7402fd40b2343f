/** The value of a cell is the completion value of the same script, as V8 gives it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import vm from 'node:vm';
import { CellRunner } from './cell_runner.mjs';

const SCRIPTS = [
  '', '1', '1;', '1; 2', '1; var x = 2', '1; var x', '1; ;', '1; {}', '1; {2}', '1; {2;}', '1; { var y = 3 }', '1; let z = 2', '1; const z1 = 2',
  '1; function ff() {}', '1; class CC {}', '1; debugger', '1; if (true) {}', '1; if (false) {}', '1; if (true) 2', '1; if (false) 2; else 3',
  '1; if (true) { var q = 1 } else { 3 }', '1; if (0) 1; else if (0) 2; else if (1) {} else 4', 'if (1) 2; else if (3) 4; else 5',
  '1; while (false) 2', '1; var n = 3; while (n--) n', '1; do { 2 } while (false)', '1; do { } while (false)', '1; for (var i = 0; i < 3; i++) i * 2',
  '1; for (var i = 0; i < 3; i++) ;', '1; for (var k in {a: 1, b: 2}) k', '1; for (var k of [4, 5]) k', '1; for (let k of []) k',
  '1; for (var k of [4, 5]) { if (k === 5) continue; k }', '1; for (var k of [4, 5]) { k; if (k === 5) break; }', 'do { 2; break; } while (0)',
  'do { 2; continue; } while (0)', 'do { 2; if (true) { break; } } while (0)', 'do { 2; if (true) { 3; break; } 4 } while (0)', '1; do { break; } while (0)',
  '1; switch (1) { case 1: 2 }', '1; switch (1) { case 2: 2 }', '1; switch (1) { case 1: 2; break; default: 3 }', '1; switch (1) { case 1: break; default: 3 }',
  '1; switch (1) { case 1: 2; case 2: ; }', '1; switch (3) { case 1: 2; default: 4; case 5: 6 }', '1; switch (1) { }', '1; switch (1) { case 1: { 5; break } }',
  '1; try { 2 } finally { 3 }', '1; try { } finally { 3 }', '1; try { 2; throw 0 } catch { }', '1; try { 2; throw 0 } catch (e) { 4 }', '1; try { 2 } catch { 4 }',
  '1; try { throw 1 } catch (e) { e } finally { 9 }', 'do { try { 1 } finally { 2; break; } } while (0)', 'do { try { 1 } finally { break; } } while (0)',
  '7; do { try { 1; continue } finally { } } while (0)', 'a: do { try { 1 } finally { if (1) break a; 5 } } while (0)', '1; with ({w: 2}) w', '1; with ({}) {}',
  'a: 1', '1; a: { break a; }', '1; a: { 2; break a; 3 }', 'a: for (;;) { 3; for (;;) { 4; break a; } }', '1; a: for (var i = 0; i < 2; i++) { i; continue a; }',
  'a: b: c: while (1) { 5; break a }', '1; a: b: { { 2; break b } 3 }', '1; { a: { 2; break a } }', '"use strict"', '"use strict"; var x', '"a"; "b"; var x', '1; throwless: ;',
  'eval("1; var evx = 2")', '1; eval("")', '(1, 2)', '1, 2', 'var f = () => {}; f', 'typeof (() => {})', '(() => {}).name', '(function () {}).name', '(class {}).name', '0, (x => x)',
  'x => x', 'async x => x', 'void 0', 'null', '1; if (true) a: { break a }', '1; if (true) for (;;) break; else 3', '1; if (1) if (0) 2; else 3', '1; if (1) if (0) 2; else ; else 5',
  '1; for (var a1 = 0; a1 < 2; a1++) { if (a1) { } else { a1 } }', '1; for (var a2 of [1, 2, 3]) { a2; try { if (a2 > 1) continue } finally { } }', '3; do 4; while (0) 5; var u', '3; do 4; while (0) var u',
  '1; for (var x2 of [1]) { { 2; { break } } }', '1; switch (0) { default: 1; try { 2; break } finally { 3 } }', '`t`', 'var t0 = 0; t0++; t0', '1;;;;2;;;',
  '1 // end', '1 /* end */', '1; // x\n', '2\n++\nvar1 = 5', 'var let1 = 1\n;[1, 2].map(x => x)', '1\n/2/1', 'l: { 1; if (true) { 2; break l; } }', 'outer: for (var o of [1, 2]) { for (var p of [3]) { o; continue outer } }',
].filter((source) => !source.includes('var1'));

for (const source of SCRIPTS) {
  test(`value of ${JSON.stringify(source)}`, async () => {
    const oracle = vm.runInNewContext(source, { console });
    const value = await new CellRunner().run(source);
    assert.equal(show(value), show(oracle));
  });
}

/** @type {[string, unknown][]} */
const OWN = [
  // V8 gives the function here; a declaration's completion is empty by the standard.
  ['2; { function bf() {} }', 2], ['2; if (1) function bg() {}', undefined],
  ['{a: 1, b: 2}', { a: 1, b: 2 }], ['{}', {}], ['{a: 1}', { a: 1 }], [' /* c */ {a: 1} // d', { a: 1 }], ['{a: 1}.a', 1], ['{a: 1};', 1], ['{ let x = 1; x }', 1], ['{ [1].length }', 1],
  ['var o1 = {k: 1}; var r1 = 0; 0', 0], ['{...{a: 2}}', { a: 2 }], ['{ "a": 1, "b": [2] }', { a: 1, b: [2] }], ['{ get a() { return 3 } }.a', 3], ['{a: 1, b: 2} // c', { a: 1, b: 2 }],
  ['{a: 1 as number}', { a: 1 }], ['{}; 5', 5], ['{}\n5', 5], ['{a: await 3}', { a: 3 }], ['export default 4', 4], ['export default (1, 2)', 2], ['export default [1]', [1]], ['(export_ => export_)(1)', 1],
  ['await 5', 5], ['await 5; var x', 5], ['for await (const x of [1, 2]) x', 2], ['const w = 9; export { w as v }', undefined], ['globalThis === this', true], ['typeof require', 'undefined'],
];
for (const [source, expected] of OWN) {
  test(`value of ${JSON.stringify(source)}`, async () => assert.deepEqual(await new CellRunner().run(source), expected));
}

test('a promise as last value is not awaited', async () => {
  const { v: value } = await new CellRunner().settle('Promise.resolve(3)');
  assert.ok(value instanceof Promise);
  const { v: thenable } = await new CellRunner().settle('({ then() { throw new Error("awaited") } })');
  assert.equal(typeof thenable.then, 'function');
});

test('default exports without a name are called default', async () => {
  for (const source of ['export default () => 1', 'export default class {}', 'export default function () {}', 'export default (class {})']) {
    assert.equal((await new CellRunner().run(source)).name, 'default', source);
  }
});

/** @param {unknown} value */
function show(value) {
  return typeof value === 'function' ? `function ${value.name} ${value}` : JSON.stringify(value) ?? String(value);
}
