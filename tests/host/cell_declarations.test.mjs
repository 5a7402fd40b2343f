/** Bindings of cells: what persists, what may be declared again, constants, the temporal dead zone. Rows: cells, then the last value or the error. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CellRunner } from './cell_runner.mjs';

const CONSTANT = new TypeError('Assignment to constant variable.');
const tooEarly = (/** @type {string} */ name) => new ReferenceError(`Cannot access '${name}' before initialization`);

const ROWS = [
  // persistence
  ['let p1 = 1', 'p1', 1], ['const p2 = 1', 'p2', 1], ['var p3 = 1', 'p3', 1], ['let p4', 'p4', undefined], ['let p5, p6 = 2', '[p5, p6]', [undefined, 2]],
  ['var p7 = 1', 'var p7', 'p7', 1], ['let p8 = 1', 'let p8', 'p8', undefined], ['var p9 = 1', 'var p9 = p9 + 1', 'p9', 2], ['var p10; p10', undefined],
  ['{ var p11 = 3 }', 'p11', 3], ['if (1) var p12 = 3', 'p12', 3], ['for (var p13 = 0; p13 < 3; p13++);', 'p13', 3], ['for (var p14 of [1, 2]);', 'p14', 2], ['for (var p15 in {k: 1});', 'p15', 'k'],
  ['for (var {a: p16, ...p17} of [{a: 1, b: 2}]);', '[p16, p17]', [1, { b: 2 }]], ['for (var [p18, p19 = 5] of [[1]]);', '[p18, p19]', [1, 5]], ['try { throw 4 } catch (e) { var p20 = e }', 'p20', 4],
  ['switch (1) { case 1: var p21 = 5 }', 'p21', 5], ['a: { var p22 = 6; break a }', 'p22', 6], ['with ({}) { var p23 = 7 }', 'p23', 7], ['do var p24 = 8; while (0)', 'p24', 8], ['for (var p25 = 9 in {}) ;', 'p25', 9],
  ['for (var async of [5]);', 'async', 5], ['for (var p26 = 0, p27; p26 < 1; p26++) p27 = 4', 'p27', 4], ['for (var [p28] = [3]; p28 < 4; p28++);', 'p28', 4], ['for await (var p29 of [Promise.resolve(2)]);', 'p29', 2],
  ['{ let inner1 = 1 }', 'typeof inner1', 'undefined'], ['for (let inner2 = 0; inner2 < 1; inner2++);', 'typeof inner2', 'undefined'], ['(() => { var inner3 = 1 })()', 'typeof inner3', 'undefined'],
  // destructuring
  ['let {d1, d2 = 2, ...d3} = {d1: 1, z: 3}', '[d1, d2, d3]', [1, 2, { z: 3 }]], ['const [d4, , d5 = 5, ...d6] = [4, 0, undefined, 7]', '[d4, d5, d6]', [4, 5, [7]]], ['var {a: {b: [d7]}} = {a: {b: [1]}}', 'd7', 1],
  ['let k = "x"; let {[k]: d8} = {x: 8}', 'd8', 8], ['let d9 = 1, {d10} = {d10: 2}, [d11] = [3]', '[d9, d10, d11]', [1, 2, 3]], ['foo_ = 1\nlet [d12] = [2]\nlet {d13} = {d13: 3}', 'd12 + d13', 5], ['let {d14 = () => 1} = {}', 'd14.name', 'd14'],
  ['let {length: d15} = "abc"; d15', 3], ['var {d16} = {d16: 1}, d17', 'd16', 1], ['let {} = {}, [] = []', undefined],
  // functions
  ['f1(); function f1() { return 1 }', 1], ['var r = f2(); function f2() { return 2 }', 'r', 2], ['function f3() { return f3 }; f3() === f3', true], ['function f4() { return typeof f4 }', 'let g4 = f4; f4 = 5; g4()', 'number'],
  ['function f5(n) { return n ? f5(n - 1) + 1 : 0 }', 'f5(5)', 5], ['function f5b(n) { return n ? f5b(n - 1) : "old" }; var keep5 = f5b', 'function f5b() { return "new" }', 'keep5(1)', 'new'], ['function  f6 (a) { /* c */ return a }', 'f6.toString()', 'function  f6 (a) { /* c */ return a }'],
  ['async function f7() { return 7 }', 'await f7()', 7], ['function* f8() { yield 8 }', '[...f8()]', [8]], ['async function* f9() { yield 9 }', 'for await (const x of f9()) x', 9], ['function f10() {}', 'f10.name', 'f10'],
  ['function f11(n) { return f11 }', 'f11.name', 'f11'], ['function f12() { return 1 } function f12() { return 2 }; f12()', 2], ['var f13 = 1; function f13() {}; f13', 1], ['{ function f14() { return 14 } }', 'f14()', 14], ['{ f15(); function f15() { return 15 } }', 15],
  ['if (1) function f16() { return 16 }', 'f16()', 16], ['if (0) function f17() {}', 'f17', undefined], ['{ function f18() { return f18 } f18 = 1; }', 'typeof f18', 'function'], ['switch (1) { case 1: f19(); function f19() { return 1 } }', 'f19()', 1],
  ['let f20 = 1; { function f20() {} } f20', 1], ['"use strict"; { function f21() {} } typeof f21', 'undefined'], ['lab: function f22() { return 22 }', 'f22()', 22], ['{ async function f23() {} } typeof f23', 'undefined'], ['for (let f24 of [1]) { function f24() {} }', 'typeof f24', 'undefined'],
  ['for (let i of [1]) { function f25() { return i } }', 'f25()', 1], ['{ function f26() { return 1 } function f26() { return 2 } }', 'f26()', 2], ['foo_ = 1\nfunction f27() {}\n[1].length', 1], ['try { function f28() { return 28 } } catch { }', 'f28()', 28],
  ['switch (1) { case 1: let z29 = 29; function f29() { return z29 } f29() }', 'f29()', 29], ['lab: switch (2) { default: break lab; case 1: function f30() {} }', 'f30', undefined], ['if (1) switch (1) { case 1: function f31() { return 31 } }', 'f31()', 31],
  // classes
  ['class C1 { m() { return 1 } }', 'new C1().m()', 1], ['class C2 {}', 'C2.name', 'C2'], ['class C3 { static s = C3.name }', 'C3.s', 'C3'], ['class C4 { self() { return C4 } }; let c4 = new C4(); C4 = 1; typeof c4.self()', 'function'], ['class C5 {  /* x */ }', 'C5.toString()', 'class C5 {  /* x */ }'],
  ['class C6 { #p = 6; get p() { return this.#p } static { this.q = 1 } }', 'new C6().p + C6.q', 7], ['class A7 {}; class B7 extends A7 {}', 'new B7() instanceof A7', true], ['class C8 {}\n(1)', 1],
  // names
  ['const n1 = () => {}', 'n1.name', 'n1'], ['let n2 = function () {}', 'n2.name', 'n2'], ['var n3 = class {}', 'n3.name', 'n3'], ['let n4 = (() => {})', 'n4.name', 'n4'], ['let n5 = class { static x = this.name }', 'n5.x', 'n5'],
  // again
  ['let z1 = 1', 'const z1 = 2', 'z1', 2], ['const z2 = 1', 'let z2 = 2', 'z2 = 3', 3], ['function z3() {}', 'class z3 {}', 'typeof z3', 'function'], ['class z4 {}', 'function z4() { return 4 }', 'z4()', 4], ['const z5 = 1', 'var z5 = 2', 'z5', 2],
  ['import z6 from "data:text/javascript,export default 6"', 'let z6 = 7', 'z6', 7], ['let z7 = 1', 'import { z7 } from "data:text/javascript,export let z7 = 8"', 'z7', 8], ['const z8 = 1', 'z8 = 2', CONSTANT], ['let z9 = 1', 'enum z9 { A = 4 }', 'z9.A', 4],
  ['let z10 = (() => { throw 1 })()', 1, 'caught'], ['var z11 = z11 || {n: 1}', 'var z11 = z11 || {n: 2}', 'z11.n', 1], ['enum z12 { A }', 'enum z12 { B = 1 }', 'Object.keys(z12).length', 2], ['namespace z13 { export const a = 1 }', 'z13.a', 1],
  ['let z14 = 1; let z14 = 2', new SyntaxError()], ['let z15; var z15', new SyntaxError()], ['class z16 {} class z16 {}', new SyntaxError()], ['const z17 = 1; function z17() {}', new SyntaxError()], ['import {z18} from "x"; let z18 = 1', new SyntaxError()], ['const z19;', new SyntaxError()],
  ['let z20 = {}', 'try { (0, eval)("1") ; let z20b = 1 } catch {}', 'typeof z20', 'object'], ['let z21 = {}; var c21 = () => z21', 'c21(); let z21 = 4; c21()', 4], ['let z22 = {}; var c22 = () => z22', 'var was22 = c22(); let z22 = 4; was22', undefined],
  // using
  ['var log1 = []; { using u = { [Symbol.dispose]() { log1.push(1) } } } log1', [1]], ['var log2 = []; using u2 = { v: 4, [Symbol.dispose]() { log2.push("d") } }; log2.push("b")', '[u2.v, ...log2]', [4, 'b', 'd']],
  ['var log3 = []; await using u3 = { async [Symbol.asyncDispose]() { log3.push("d") } }', 'log3', ['d']], ['using u4 = null', 'u4 = 1', CONSTANT],
  // constants
  ['const c1 = 1; c1 = 2', CONSTANT], ['const c2 = 1', 'c2 += 2', CONSTANT], ['const c3 = 1', 'c3++', CONSTANT], ['const c4 = 1', '--c4', CONSTANT], ['const c5 = null', 'c5 ??= 1', CONSTANT], ['const c6 = 1', 'c6 ??= 2', 1], ['const c7 = 0', 'c7 ||= 2', CONSTANT], ['const c8 = 0', 'c8 &&= 2', 0],
  ['const c9 = 1', '[c9] = [2]', CONSTANT], ['const c10 = 1', '({c10} = {c10: 2})', CONSTANT], ['const c11 = 1', '({c11 = 3} = {})', CONSTANT], ['const c12 = 1', '({a: c12} = {})', CONSTANT], ['const c13 = 1', '[...c13] = []', CONSTANT], ['const c14 = 1', 'for (c14 of [1]);', CONSTANT],
  ['const c15 = 1', 'for (c15 in {a: 1});', CONSTANT], ['const c16 = 1', 'for ({c16} of [{}]);', CONSTANT], ['const c17 = 1', 'function w17() { c17 = 2 }\nw17()', CONSTANT], ['const c18 = 1', '(() => { let c18 = 1; c18 = 2; return c18 })()', 2], ['const c19 = 1', '((c19) => { c19 = 2; return c19 })(0)', 2],
  ['const c20 = 1', '{ let c20 = 1; c20 = 5; c20 }', 5], ['const c21 = 1', 'try { throw 0 } catch (c21) { c21 = 6 }', 6], ['const c22 = 1', 'for (let c22 = 0; c22 < 3; c22++) c22', 2], ['const c23 = 1', '(function c23() { c23 = 1; return typeof c23 })()', 'function'], ['const c24 = 1; var l24 = []', 'try { c24 = l24.push("rhs") } catch { l24 }', ['rhs']],
  ['const c25 = {a: 1}; c25.a = 2; c25', { a: 2 }], ['const c26 = 1', 'c26', 1], ['const c27 = 1', '(c27) = 2', CONSTANT], ['const c28 = 1; const k28 = () => { c28 = 2 }', 'k28()', CONSTANT], ['const c29 = 1; { function q29() { c29 = 3 } }', 'q29()', CONSTANT], ['const c30 = 1', '"use strict"; c30 = 2', CONSTANT], ['const c31 = 1', 'class K31 { static { c31 = 1 } }', CONSTANT],
  ['for (const c32 of [1]) c32 = 2', CONSTANT], ['const c33 = 1', 'var f33 = function () { var c33; c33 = 1; return c33 }; f33()', 1], ['const c34 = 1', 'with ({c34: 3}) { c34 = 4 }', 4],
  // dead zone
  ['t1; let t1 = 1', tooEarly('t1')], ['let t2 = t2 + 1', tooEarly('t2')], ['typeof t3; const t3 = 1', tooEarly('t3')], ['t4 = 1; let t4', tooEarly('t4')], ['new t5; class t5 {}', tooEarly('t5')], ['class t6 extends t6 {}', tooEarly('t6')], ['let {a: t7 = t8, t8} = {}', tooEarly('t8')], ['let {t9, t10 = t9} = {t9: 3}; t10', 3],
  ['let {t11 = t11} = {}', tooEarly('t11')], ['let {t12} = t12', tooEarly('t12')], ['let t13 = 1', '{ t13; let t13 = 2 }', tooEarly('t13')], ['let t14 = 5', 't14; let t14 = 6', tooEarly('t14')], ['var t15 = () => t16; let t16 = 4; t15()', 4], ['({t17}); let t17', tooEarly('t17')], ['if (0) t18; let t18 = 2; t18', 2], ['t19++; let t19 = 1', tooEarly('t19')],
  ['let [t20, t21 = t20 + 1] = [1]; t21', 2], ['class t22 { static [t22.name] = 1 }', tooEarly('t22')], ['t23`x`; let t23', tooEarly('t23')], ['let t24 = (() => t24x)(), t24x = 1', undefined, 'caught'],
  // scripts
  ['this === globalThis', true], ['arguments', new ReferenceError('arguments is not defined')], ['return 1', new SyntaxError()], ['await1 = () => { await 1 }', new SyntaxError()], ['new.target', new SyntaxError()], ['super.x', new SyntaxError()], ['}); evil(', new SyntaxError()], ['}; async () => {', new SyntaxError()], ['{}), ({}', new SyntaxError()],
  ['010 + 1', 9], ['"\\101"', 'A'], ['undeclared1 = 4', 'undeclared1', 4], ['"use strict"; undeclared2 = 4', new ReferenceError('undeclared2 is not defined')], ['var x40 = 1; delete x40', false], ['<!-- html\n41', 41], ['42\n--> html', 42], ['#!/usr/bin/env node\n43', 43], ['\ufeff44', 44], ['45\r\n//# sourceURL=evil.js\r\n', 45],
  ['"a\u2028b".length', 3], ['let $dx = 1; let $dxv = 2; [$dx, $dxv]', '$dx + $dxv', 3], ['break', new SyntaxError()], ['yield1: for (;;) { break yield1 }', undefined], ['let yield = 3; yield', 3], ['var static = 1; static', 1], ['eval("var ev1 = 5"); 0', 'ev1', 5], ['function ev2() { eval("var a = 1"); return a } ev2()', 1],
  ['/(?<a>x)(?<a>y)/', new SyntaxError()], ['var fetch; typeof fetch', 'function'], ['(function () { return this === globalThis })()', true], ['export const e1 = 1, e2 = 2', 'e1 + e2', 3], ['export function e3() { return 3 }', 'e3()', 3], ['export class E4 {}', 'typeof E4', 'function'], ['const e5 = 1; export { e5 as default }', 'e5', 1],
  ['export default function e6() { return 6 }', 'e6()', 6], ['export default class E7 {}', 'E7.name', 'E7'], ['foo_ = 1\nexport let e8 = [1]\nexport { e8 as q }\n;[2].length', 1],
];

for (const row of ROWS) {
  const expected = row.at(-1) === 'caught' ? row.at(-2) : row.at(-1);
  /** @type {any[]} */
  const cells = row.at(-1) === 'caught' ? row.slice(0, -2) : row.slice(0, -1);
  test(cells.join(' ⏎ '), async () => {
    const outcome = await new CellRunner().outcome(cells);
    if (expected instanceof Error) {
      assert.equal(outcome?.name, expected.name, String(outcome));
      if (expected.message) assert.equal(outcome.message, expected.message);
    } else if (row.at(-1) === 'caught' && expected === undefined) {
      assert.ok(true); // best effort: only that it does not crash
    } else {
      assert.deepEqual(outcome, expected);
    }
  });
}
