/** `dx eval`: plain JavaScript goes to V8 as it is, and nobody can tell. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import plain from '../../dxkernel/engine/host/eval/plain.cjs';

const MAIN = fileURLToPath(new URL('../../dxkernel/engine/host/eval/main.cjs', import.meta.url));
// As `dx eval` has it for code that may load a module.
const HOOKS = ['--require', fileURLToPath(new URL('../../dxkernel/engine/host/modules/register.cjs', import.meta.url))];
const FULL = fileURLToPath(new URL('eval_without_plain.cjs', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'dx-eval-'));
writeFileSync(join(FOLDER, 'lib.cjs'), 'exports.v = 7; exports.stack = () => new Error("lib").stack.split("\\n").slice(2).join("\\n");');

/** Each prints the same by both paths, and takes the short one. */
const PLAIN = [
  // values
  '1 + 1', '', '// only a comment', '/* c */', ';', 'undefined', 'null', '-0', '10n ** 20n', "'a' // b", '`a${1}b`', '/a;b/g',
  'Symbol.iterator', 'let a = 1; a', 'const a = 1, b = 2; [a, b]', 'let { x, ...r } = { x: 1, y: 2 }; r', 'console.log(1)',
  "const fs = require('fs'); fs.readdirSync('.').length", "require('./lib.cjs').v", "process.argv.slice(2)", 'this === globalThis',
  // completion values
  '5; const x = 1', '5; function f() {}', '5; class A {}', '5;;', 'if (true) 3; else 4', 'if (false) 3', '1; if (false) 3',
  'let s = 0; for (let i = 0; i < 4; i++) s += i', '7; for (;;) break', '7; do { 8; continue } while (0)', '1; { }', '{ 1; 2 }', '{ let q = 1; q }',
  'try { 1 } finally { 2 }', 'try { throw 1 } catch (e) { e + 1 }', 'switch (2) { case 1: 5; case 2: 6; break; default: 7 }',
  'a: { 1; break a }', 'let n = 3; while (n > 1) n--', 'for (const k of [1, 2]) k * 2', 'for (const k in { a: 1 }) k', 'throw_ = 5; throw_',
  // objects and blocks
  '{a: 1}', '{a: 1, b: [2]}', '{}', '{};', '{a: 1};', '{ a: { b: 1 } }', '({a: 1})', '{}), ({}', '/* c */ {a: 1}', '{a}', '{}, {}', '{\n  "k": 1,\n}', '{a: 1}.a', '{}\n[0]', '{ m() { return 1 } }', "{ type: 'x' }",
  // functions and classes
  'function f(x) { return x * 2 } f(4)', 'g(2); function g(x) { return x + 1 }', 'function f() { return 1 } function f() { return 2 } f()',
  'async function f() { return 1 } f()', 'function* g() { yield 1; yield 2 } [...g()]', 'class A { #x = 1; get x() { return this.#x } } new A().x', 'class A {} A', 'const f = function () {}; f', 'const f = () => 1; f.name', '(function () { return typeof this })()', 'class B { constructor() { this.k = 1 } } new B()',
  'new (class { static s = 4 })().constructor.s', 'const o = { f() { return super.toString() } }; typeof o.f()', 'let yield_ = 1; yield_', 'with_ = 3', 'typeof fetch',
  // asynchrony
  'Promise.resolve(3)', 'setTimeout(() => console.log(2), 1); 1', 'Promise.resolve().then(() => console.log(1)).then(() => console.log(2)).then(() => console.log(3)).then(() => console.log(4)); 5', 'process.nextTick(() => console.log("tick")); queueMicrotask(() => console.log("micro")); 5', '({ then(f) { f(9) } })', 'await 1', 'await Promise.resolve([1])', '(await Promise.all([1, 2])).length', 'await new Promise(() => {})',
  // errors
  'null.x', 'let a = 1; null.x', 'let a = 1;\n\n  null.x', "throw new Error('x')", 'throw 5', 'throw { a: 1 }', 'throw null', 'nope', 'nope()', 'x; let x = 1', 'const a = 1; a = 2', "'use'; undefinedVariable", 'function f() { null.x }\nf()', 'class A { m() { throw new TypeError("no") } }\nnew A().m()',
  'const f = () => { throw new RangeError("r") }; f()', "setTimeout(() => { throw new Error('later') }, 1); 5", "Promise.reject(new Error('no'))", "Promise.reject(new Error('a')); throw new Error('b')", 'console.log(new Error("q").stack)', 'console.trace("here")', "[1].map(() => { throw new Error('in map') })", "new Promise(() => { throw new Error('in executor') }); 5", 'async function f() { throw new Error("async") } f()', 'await Promise.reject(new Error("w"))', "require('./nope.cjs')", "console.log(require('./lib.cjs').stack())", "JSON.parse('{')", "new RegExp('(')", 'process.exit(7)', 'process.exitCode = 3; 4', "throw Object.assign(new Error('m'), { code: 'E' })", "throw new Error('c', { cause: new Error('d') })", "const e = new Error('made earlier');\nthrow e", "process.on('exit', (code) => console.log('exit', code)); 1", "process.on('uncaughtException', (e, from) => console.log(e.message, from)); throw new Error('z')",
  // not confused with TypeScript
  '1 < 2', 'let a = 1, b = 2; a < b', 'const a = 1; a ? (2) : 3', 'const type = 1; type', 'a = 1, b = 2\n;[a, b]', 'let as = 1\nas', "'a' in { a: 1 }", '1 > 0', 'x = (a, b) => a >= b; x(2, 1)', 'let é = "ü"; é',
];

/** What V8 alone would not run, or not in the same way. */
const NOT_PLAIN = [
  'const n: number = 1; n', 'enum E { A }', 'f<number>(1)', 'a < b > (c)', "a<b, c>('x;y')", 'new Map<string, number>()', 'x as number', 'x satisfies y', 'x!', 'interface A {}', 'type A = 1', 'type\nA = 1', 'global {}', 'class A { private\n x }',
  'a ? (b) : c => d', '<div/>', 'import "x"', 'import("x")', 'import.meta', 'export const a = 1', 'using x = null', 'const r = await 1; r', 'await using x = null', 'return 1', '#!/usr/bin/env node\n1', '<!-- x', '1\n--> x', "'use strict'; 1", '1 //# sourceURL=x', '@d class A {}',
  'var x = 1; x', 'function fetch() {} 1', 'function f() {} globalThis.f', "function f() {} 'f' in this", 'function f() {} eval("f")', 'function \\u0061() {}', 'function é() {}', 'arguments', 'module', '__filename', 'let a; let a', 'let é = ;', '} {', ') (', '}; {', 'new.target', 'with ({ a: 1 }) { function f() {} }', `1;${' '.repeat(10_000)}`,
];

/** Errors of the parser are its own words, so these take the full path. */
const REFUSED = ['{}), ({}'];

for (const code of PLAIN) {
  test(`both ways: ${code}`, { concurrency: true }, async () => {
    if (!REFUSED.includes(code)) assert.notEqual(plain.plainCell(code), undefined, 'takes the full path');
    const [short, full] = await Promise.all([run([...HOOKS, MAIN, code, 'a', '-b']), run([...HOOKS, '--require', FULL, MAIN, code, 'a', '-b'])]);
    assert.deepEqual(short, full);
  });
}

for (const code of NOT_PLAIN) {
  test(`not plain: ${code.slice(0, 60)}`, () => assert.equal(plain.plainCell(code), undefined));
}

/** @param {string[]} args @returns {Promise<{ code: unknown, stdout: string, stderr: string }>} */
function run(args) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: FOLDER, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout: normal(stdout), stderr: normal(stderr) });
    });
    child.stdin?.end();
  });
}

/**
 * What Node itself does to a trace with a source map, which only the full path has: a frame without a function is
 * `<anonymous>`, and the line above the error is where it was made, not where it was thrown. And V8 calls a function
 * after the variable that keeps the rewritten cell's value. An error that is made and not thrown shows what runs the
 * script of the short path, as it does in `node -e`.
 * @param {string} text
 */
function normal(text) {
  return text.replace(/\n *at (?:Script\.runInThisContext \(node:vm|.*\beval\/plain\.cjs:).*/g, '').replace(/at (?:\$dxv|<anonymous>) \((.*)\)(?=$| \{$)/gm, 'at $1').replace(/^\S+:\d+\n.*\n *\^+\n/, '');
}
