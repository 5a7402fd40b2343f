/** Where a cell throws: `‹` stands before the token at which the error must be reported. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { transformCell } from '../../dxkernel/engine/host/cell/transform.mjs';
import { CellRunner } from './cell_runner.mjs';

const MODULES = { m: { ok: () => 1, nil: null }, 'react/jsx-runtime': { jsx: () => 1, jsxs: () => 1, Fragment: 0 } };

const ROWS = [
  'null.‹x', 'let a = 1;\n  a.b.‹c', 'throw ‹new Error("x")', 'let n = 1\n\n\nn.‹foo()', '1; 2; ‹undefinedName', 'let { ‹q } = null', 'var v = null, w = v.‹k', 'if (true) { null.‹x }', 'for (const x of [1]) x.y.‹z',
  'for (const x of ‹5) ;', 'function f() {\n  return null.‹p\n}\nf()', 'f()\nfunction g() { return null.‹p }\nfunction f() { return g() }', '"𝒳𝒳"; null.‹x', '/* 𝒳 */ let s𝒳 = "𝒳", t = s𝒳.a.‹b', 'class A { m() { this.x.‹y } }\nnew A().m()', 'class A { static s = null.‹t }',
  'const c = 1\nc ‹= 2', 'const c = 1\nc ‹+= 2', 'const c = 1; const k = () => {\n c ‹= 3 }\nk()', '‹early; let early = 1', 'let self = ‹self', 'import { ok, nil } from "m"\nok(); nil.‹x', 'import { nil } from "m"; "𝒳"; let x = nil.‹y', 'let pre = 1; import { ok } from "m"; ok().x‹.y',
  'import { ok } from "m"\nfunction f() { return null.‹z }\nok(f())', '‹import x from "data:text/javascript,throw new Error(1)"', 'await null; null.‹x', 'await Promise.resolve()\nnull.‹x', 'await (async () => { await 1; null.‹x })()', 'switch (1) { case 1: null.‹x }', 'do { null.‹x } while (0)',
  'l: for (;;) { null.‹x }', 'try { 1 } finally { null.‹x }', '{ function g() { null.‹x } g() }', 'export const e = null.‹x', 'export default null.‹x', '{a: 1, b: null.‹x}', ' {a: null.‹x}', '#!/usr/bin/env node\nnull.‹x', '\ufeffnull.‹x', 'let a\r\nnull.‹x', '`${null.‹x}`',
  // TypeScript
  'let a: number = 1; null.‹x', 'interface I { a: 1 }\ntype T = I\nlet q: T | null = null; (q as any).‹a', 'let x = <any>null; "𝒳"; x.‹y', 'enum E { A = null.‹x }', 'enum E { A, B }\nE.‹none.x'.replace('‹none.', 'none.‹'), 'namespace N { export const a = null.‹x }', 'class P { constructor(private q: any) { q.‹r.‹'.slice(0, -1) + 's } }\nnew P(null)',
  'function f<T>(a: T): T { return (a as any).b.‹c }\nf<number>(1)', '{a: 1 as number, b: null!.‹x}', 'import { nil } from "m"\nconst z: string = nil.‹y', 'const c: number = 1\n‹c = 2', 'let o: any = {}; for (const k of o.list as string[]) ;'.replace('list', '‹list'), 'abstract class A { abstract m(): void }\nclass B extends A { m() { null.‹x } }\nnew B().m()',
  // JSX
  'let el = <div>{null.‹x}</div>', 'let el = <p a={1}\n  b={null.‹x}/>', 'const C = null\nlet v = <b/>;\nC.‹x',
  // decorators
  'const d = (v) => v\n@d class A { m() { null.‹x } }\nnew A().m()', 'const d = () => { null.‹x }\n@d class A {}', 'class A { accessor y = null.‹x }\nnew A()', '"𝒳"; class A { accessor y = 1; m() { null.‹x } }; new A().m()',
];

for (const row of ROWS) {
  test(`position in ${JSON.stringify(row)}`, async () => {
    const at = row.indexOf('‹');
    const source = row.replaceAll('‹', '');
    const lines = source.slice(0, at).split(/\r\n|\n/);
    const expected = `${lines.length}:${lines[lines.length - 1].length + 1}`;
    const error = await new CellRunner({ modules: MODULES }).run(source).then(() => assert.fail('did not throw'), (thrown) => thrown);
    assert.equal(error.position, expected, error.stack);
  });
}

test('the map is made once, and only when read', () => {
  const cell = transformCell('let a = 1', { name: 'Cell [1]' });
  assert.ok(cell.ok);
  assert.equal(cell.map, cell.map);
  assert.deepEqual(cell.map.sources, ['Cell [1]']);
  assert.deepEqual(cell.map.sourcesContent, ['let a = 1']);
});

const DIAGNOSTICS = [
  ['let a = ;', '1:9'], ['let a = 1\nlet a = 2', '2:5'], ['foo(', '1:5'], ['"𝒳"; let 1', '1:11'], ['{a: 1, b: }', '1:11'], ['let x: number = ', '1:17'], ['return 1', '1:1'], ['await = 1', '1:7'], ['/(/', '1:1'], ['\ufefflet 1', '1:6'], ['1 +\r\n  )', '2:3'],
  ['import { a } from "x"; let a', '1:28'], ['break', '1:1'], ['class A { #a; #a }', '1:15'], ['"use strict"; with (a) {}', '1:15'], ['const z', '1:7'],
];
for (const [source, position] of DIAGNOSTICS) {
  test(`diagnostic of ${JSON.stringify(source)}`, () => {
    const refused = transformCell(source, { name: 'c' });
    assert.ok(!refused.ok);
    const { diagnostics } = refused;
    assert.equal(`${diagnostics[0].line}:${diagnostics[0].column}`, position, JSON.stringify(diagnostics));
    assert.ok(diagnostics[0].endLine >= diagnostics[0].line && diagnostics[0].message.length > 0);
  });
}
