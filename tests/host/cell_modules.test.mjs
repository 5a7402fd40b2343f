/** Imports and exports, TypeScript, JSX, decorators. Rows: cells, then the last value or the error. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CellRunner } from './cell_runner.mjs';

const counter = await import('data:text/javascript,' + encodeURIComponent('export let count = 0; export function add() { count++; return this } export default class D {}; export { count as "string name" }; export const tag = function (s) { return [this, s[0]] }'));
const element = (/** @type {any} */ type, /** @type {any} */ props) => ({ type, props });
const runtime = { jsx: element, jsxs: element, Fragment: 'fragment' };
const MODULES = { counter, empty: {}, 'react/jsx-runtime': runtime, 'preact/jsx-runtime': { ...runtime, jsx: (/** @type {any} */ type) => `preact ${type}` } };
const CONSTANT = new TypeError('Assignment to constant variable.');
const missing = (/** @type {string} */ module, /** @type {string} */ name) => new SyntaxError(`The requested module '${module}' does not provide an export named '${name}'`);

const ROWS = [
  // imports
  ['import { count, add } from "counter"; let before = count; add(); count - before', 1], ['import { count, add } from "counter"', 'var was = count', 'add()', 'count - was', 1], ['import { add } from "counter"; add()', undefined],
  ['import * as ns from "counter"', 'typeof ns.add', 'function'], ['import D from "counter"', 'D.name', 'D'], ['import D2, { add as plus } from "counter"; [typeof D2, typeof plus]', ['function', 'function']], ['import { "string name" as s } from "counter"; typeof s', 'number'],
  ['import D3, * as ns3 from "counter"; ns3.default === D3', true], ['import "counter"; 1', 1], ['import { tag } from "counter"; tag`x`', [undefined, 'x']], ['import { tag } from "counter"', 'var o = 1\ntag`y`', [undefined, 'y']], ['import { add } from "counter"', 'var q = 1\nadd()\nadd()\nq', 1],
  ['import { count as c3 } from "counter"; ({ c3 }).c3 === c3', true], ['import { count as c4 } from "counter"', 'c4 = 1', CONSTANT], ['import { count as c5 } from "counter"; c5++', CONSTANT], ['import * as ns6 from "counter"; ns6 = 1', CONSTANT], ['import { count as c7 } from "counter"; [c7] = [1]', CONSTANT],
  ['import { add as a8 } from "counter"; typeof a8', 'function'], ['import { add as a9 } from "counter"', '(() => { let a9 = 5; return a9 })()', 5], ['import { add as a10 } from "counter"', 'a10?.()', undefined], ['import { default as D11 } from "counter"; class E extends D11 {}; new E() instanceof D11', true],
  ['f12(); function f12() { return 1 } import "counter"', 1], ['typeof late; import { add as late } from "counter"', 'function'], ['import { add as a13 } from "counter"', 'eval("typeof a13")', 'function'], ['import { count as c14 } from "counter"', 'with ({ c14: "own" }) c14', 'own'],
  ['import json from "data:application/json,[1]" with { type: "json" }; json', [1]], ['(await import("data:text/javascript,export default 4")).default', 4], ['typeof import.meta.url', 'string'], ['import { add as f15 } from "counter"', 'new Promise((r) => r(f15)).then(\n(f) => f === f15)\nawait 2', 2],
  ['import { nope } from "empty"; 1', 1], ['import { nope } from "empty"; nope', missing('empty', 'nope')], ['import { nope2 } from "empty"', 'nope2', missing('empty', 'nope2')], ['import { nope3 } from "empty"; const x3: nope3 | 1 = 1; x3', 1], ['import { type nope4, add as a16 } from "counter"; typeof a16', 'function'], ['import type { X } from "not there"; 5', 5],
  ['import nodefault from "empty"; nodefault', missing('empty', 'default')], ['export { add as reexported } from "counter"; typeof reexported', 'undefined'], ['export * from "counter"; 2', 2], ['export * as star from "counter"; typeof star', 'undefined'], ['import { add as a17 } from "counter"; export { a17 as b17 }; typeof a17', 'function'],
  ['import { add as a18 } from "counter"; export default a18', counter.add], ['import { count as c19 } from "counter"', 'const { c19: v19 = c19 } = {}; typeof v19', 'number'], ['import {\n  add as a20 } from "counter"\n[1].length', 1], ['import { add as a21 } from "counter"; for (const x of [a21]) typeof x', 'function'],
  // TypeScript
  ['let a1: number = 1; a1', 1], ['interface I1 { a: number } type T1 = I1; 3', 3], ['enum E1 { A, B = 5, C }', 'E1.C', 6], ['enum E2 { A = "x" }', 'E2.A', 'x'], ['const enum E3 { A = 2 }; E3.A', 2], ['enum E4 { A }; enum E4 { B = 1 }; Object.keys(E4).length', 4], ['namespace N1 { export const a = 1 } N1.a', 1],
  ['namespace N2.M { export function f() { return 2 } } N2.M.f()', 2], ['function f3() {} namespace f3 { export const b = 2 } f3.b', 2], ['class P1 { constructor(private x: number, readonly y = 2) {} sum() { return this.x + this.y } } new P1(1).sum()', 3], ['let x4 = <number>5; x4', 5], ['let x5 = 5 as any satisfies unknown; x5', 5],
  ['let g1 = <T,>(x: T) => x; g1(3)', 3], ['let g2 = <T>(x: T) => x; g2(4)', 4], ['function over(a: string): void; function over(a: any) { return a } over(1)', 1], ['abstract class Ab { abstract m(): void; n() { return 1 } } class Bb extends Ab { m() {} } new Bb().n()', 1], ['let n6: any = null; n6!', null], ['declare const dc: number; typeof dc', 'undefined'],
  ['class F1 { a?: string; b!: number; static c = 1; declare d: string }', 'Object.keys(new F1()).join()', 'a,b'], ['function th(this: any, a?: number) { return a } th(4)', 4], ['let obj: { a: number } = { a: 1 }; obj', { a: 1 }], ['export type Q = 1; export interface R {} 1', 1], ['const c7: number = 1', 'c7 = 2', CONSTANT],
  ['t8; const t8: number = 1', new ReferenceError("Cannot access 't8' before initialization")], ['f9(1); function f9(x: number) { return x }', 1], ['function fact(n: number): number { return n ? n * fact(n - 1) : 1 }', 'fact(4)', 24], ['let s10: string; s10', undefined], ['for (const x of [1, 2] as number[]) x', 2], ['if (true as boolean) { }', undefined], ['{a: 1 as number, b: <any>2}', { a: 1, b: 2 }],
  ['type Z = { a: 1 }', undefined], ['enum E11 { A }', 'enum E11 { B }', 'Object.keys(E11).join()', '0,B'], ['let a = 1, b = 2, c = 3; a < b', true], ['import fs = require("fs")', new ReferenceError('require is not defined')],
  ['namespace N9 { export let a = 1; export function inc() { a++ } } N9.inc(); N9.a', 2],
  // JSX
  ['<div a="1">x</div>', { type: 'div', props: { a: '1', children: 'x' } }], ['const El = () => 1; (<El/>).type === El', true], ['<></>', { type: 'fragment', props: {} }], ['let v1: number = 2; <p>{v1}</p>', { type: 'p', props: { children: 2 } }], ['let j1 = <a/>; j1.type', 'a'],
  ['import { add as Tag } from "counter"; (<Tag/>).type === Tag', true], [{ jsxImportSource: 'preact' }, '<b/>', 'preact b'], [{ jsx: 'react' }, 'var React = { createElement: (t) => "el " + t }', '<i/>', 'el i'], [{ jsxFactory: 'h', jsx: 'react' }, 'var h = (t) => "h " + t', '<i/>', 'h i'],
  // decorators
  ['const d1 = (v, c) => c.kind; var seen = []; const log = (v, c) => { seen.push(c.kind + " " + c.name) }', '@log class A { @log x = 1; @log m() {} @log static s = 1; @log accessor y = 2 } seen.sort().join()', 'accessor y,class A,field s,field x,method m'],
  ['class B1 { accessor z = 3 } new B1().z', 3], ['const twice = (f) => function (x) { return f.call(this, x) * 2 }; class B2 { @twice m(x: number) { return x } } new B2().m(4)', 8], ['const rep = () => class R { static r = 1 }; @rep class B3 {}', 'B3.r', 1], ['const id = (x) => x; export @id class B4 {}', 'typeof B4', 'function'], ['const id = (x) => x; @id export class B5 { }', 'B5.name', 'B5'],
  ['const id = (x) => x; @id class B6 { me() { return B6 } }; let o6 = new B6(); o6.me() === B6', true], ['const id = (x) => x; @id class B7 {}', 'typeof _apply_decs_2203_r', 'undefined'], ['import { add as a22 } from "counter"; class B8 { accessor q = typeof a22 } new B8().q', 'function'],
  [{ experimentalDecorators: true }, 'const seal = (t: any) => { t.sealed = 1 }; const key = (t: any, k: string) => { t["k_" + k] = 1 }', '@seal class L { @key m() {} }', '[L.sealed, L.prototype.k_m]', [1, 1]],
  [{ experimentalDecorators: true }, 'var params = []; const p = (t: any, k: any, i: number) => { params.push(i) }; class L2 { m(a, @p b) {} } params', [1]], [{ useDefineForClassFields: false }, 'class Base { set v(x) { this.got = x } } class Sub extends Base { v: number = 1 } new Sub().got', 1],
];

for (const row of ROWS) {
  const tsconfig = typeof row[0] === 'object' ? row[0] : {};
  const cells = row.slice(typeof row[0] === 'object' ? 1 : 0, -1);
  const expected = row.at(-1);
  test(cells.join(' ⏎ '), async () => {
    const outcome = await new CellRunner({ modules: MODULES, tsconfig }).outcome(cells);
    if (expected instanceof Error) {
      assert.equal(outcome?.name, expected.name, String(outcome?.stack ?? outcome));
      assert.equal(outcome.message, expected.message);
    } else {
      assert.deepEqual(outcome, expected);
    }
  });
}
