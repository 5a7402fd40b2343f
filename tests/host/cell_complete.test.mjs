/** Is a cell finished? Rows: source, status, and the indentation of the next line where it is incomplete. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkComplete } from '../../dxkernel/engine/host/cell/complete.mjs';

const COMPLETE = [
  '', ' ', '\n', '// c', '/* c */', '1', '1;', 'let a = 1', 'f(1)', 'if (x) y', 'if (x) {} else {}', 'for (;;) {}', 'function f() {}', 'class A {}', 'x => x', '() => {}', '`a${1}b`', '/[(]/', '"("', "'{'", '`(`', '// (', '/* { */ 1', '{a: 1, b: 2}', '{}', '{ let x = 1 }', 'await 1', 'import "x"',
  'import { a } from "x"', 'export const a = 1', 'let x: number = 1', 'interface I { a: 1 }', 'enum E { A }', '<div/>', '<div>a</div>', 'with (a) {}', '010', 'a\n.b', 'x\n', 'let a = 1\n\n', 'switch (1) { case 1: }', 'try {} catch {}', 'label: for (;;) break label', 'a ? b : c', 'let x = /* ( */ 1', '#!/bin/node\n1', 'async () => { await 1 }', 'a/b/c', 'x = y / 2 // (', '@d class A {}', 'new Foo', 'a?.b', 'yield', '-->x',
];
const INCOMPLETE = [
  ['(', '  '], ['[', '  '], ['{', '  '], ['f(', '  '], ['f(1,', '  '], ['x =>', ''], ['() => {', '  '], ['a = b +', ''], ['a =', ''], ['let a =', ''], ['let', ''], ['const', ''], ['var', ''], ['if (x)', ''], ['if (', '  '], ['if (x) {', '  '], ['if (x) {} else', ''], ['if (x) {} else {', '  '], ['for (;;)', ''], ['for (let i = 0;', '  '],
  ['while (x)', ''], ['do', ''], ['do {', '  '], ['do x()\nwhile', ''], ['function', ''], ['function f', ''], ['function f(', '  '], ['function f()', ''], ['function f() {', '  '], ['function f() {\n  if (x) {', '    '], ['class', ''], ['class A', ''], ['class A {', '  '], ['class A extends', ''], ['class A {\n  m() {', '    '],
  ['`abc', ''], ['`a ${', '  '], ['`a ${b', '  '], ['`a ${b}', ''], ['/* c', ''], ['1 /* c', ''], ['a.', ''], ['a?.', ''], ['a ? b', ''], ['a ? b :', ''], ['@dec', ''], ['@dec()', ''], ['new', ''], ['throw', ''], ['typeof', ''], ['await', ''], ['import', ''], ['import { a', '  '], ['import { a }', ''], ['import { a } from', ''], ['export', ''], ['export const', ''],
  ['try {', '  '], ['try {}', ''], ['try {} catch', ''], ['try {} finally', ''], ['switch (x)', ''], ['switch (x) {', '  '], ['switch (x) { case', '  '], ['switch (x) { case 1:', '  '], ['let x: number =', ''], ['let x:', ''], ['type T =', ''], ['interface I {', '  '], ['interface I', ''], ['enum E {', '  '], ['namespace N {', '  '], ['let { a', '  '], ['let { a }', ''],
  ['{a: 1,', '  '], ['{a: 1, b:', '  '], ['[1, 2,', '  '], ['foo({', '  '], ['foo({\n  a: [', '    '], ['<div>', ''], ['<div', ''], ['<div><b/>', ''], ['async', 'complete'], ['async () =>', ''], ['!', ''], ['a &&', ''], ['a, ', ''], ['"a\\\n', ''], ['label:', ''], ['with (x)', ''], ['x = function () {', '  '], ['return (', 'any'], ['case', 'invalid'],
].filter(([, indent]) => indent !== 'complete' && indent !== 'invalid' && indent !== 'any');
const INVALID = [')', ']', '}', 'let 1', '"abc', "'abc", '/abc', 'let a; let a', 'return 1', 'a b', '1 +* 2', 'f(]', '(]', 'if x', 'function 1() {}', 'class 1 {}', '}); evil(', 'else', 'catch {}', 'break', 'const a', 'new.target', '"abc\nlet x = (', 'let x = 1)', '{ a b }', '/(/', 'case 1:', 'f(1))', 'import { a from "x"', 'let a = [1, 2}', 'await = 1 1'];

/** @param {string} source @param {string} status @param {string} [indent] */
const check = (source, status, indent) => test(`${status}: ${JSON.stringify(source)}`, () => {
  const found = checkComplete(source);
  assert.equal(found.status, status, found.message);
  if (indent !== undefined) assert.equal(found.indent, indent);
});
for (const source of COMPLETE) check(source, 'complete', '');
for (const [source, indent] of INCOMPLETE) check(source, 'incomplete', indent);
for (const source of INVALID) check(source, 'invalid', '');
