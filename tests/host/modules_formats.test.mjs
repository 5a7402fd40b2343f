/** CommonJS and ES modules, and how they meet. */

import { check } from './modules_support.mjs';

const ESM = '{"type":"module"}';
const CJS = '{"type":"commonjs"}';
const KIND = "console.log(typeof require === 'function' ? 'commonjs' : 'module');";

check({
  '.ts without package.json, no syntax of either': { files: { 'main.ts': `const a: 1 = 1; ${KIND}` }, out: 'commonjs' },
  '.ts without type, import': { files: { 'main.ts': `import 'node:fs'; ${KIND}` }, out: 'module' },
  '.ts without type, only type imports': {
    files: { 'main.ts': `import type { Stats } from 'node:fs'; ${KIND}` }, out: 'commonjs',
  },
  '.ts without type, export {}': { files: { 'main.ts': `export {}; ${KIND}` }, out: 'module' },
  '.ts without type, top-level await': { files: { 'main.ts': `await 1; ${KIND}` }, out: 'module' },
  '.ts without type, import.meta': { files: { 'main.ts': `import.meta.url; ${KIND}` }, out: 'module' },
  '.ts without type, top-level return': { files: { 'main.ts': `${KIND} return; let x: number` }, out: 'commonjs' },
  '.ts without type, module syntax in a string only': {
    files: { 'main.ts': `const s: string = 'import x from "y"'; ${KIND}` }, out: 'commonjs',
  },
  '.ts in type module': { files: { 'package.json': ESM, 'main.ts': KIND }, out: 'module' },
  '.tsx in type module': { files: { 'package.json': ESM, 'main.tsx': KIND }, run: 'main.tsx', out: 'module' },
  '.jsx in type module': { files: { 'package.json': ESM, 'main.jsx': KIND }, run: 'main.jsx', out: 'module' },
  '.mts in type commonjs': { files: { 'package.json': CJS, 'main.mts': KIND }, run: 'main.mts', out: 'module' },
  '.cts in type module': { files: { 'package.json': ESM, 'main.cts': KIND }, run: 'main.cts', out: 'commonjs' },
  'a nearer package.json without type hides the outer one': {
    files: { 'package.json': ESM, 'a/package.json': '{}', 'a/main.ts': KIND }, run: 'a/main.ts', out: 'commonjs',
  },
  'ES syntax in type commonjs is compiled, as TypeScript does': {
    files: {
      'package.json': CJS, 'main.ts': `import fs, { type Stats } from 'fs'; import { a } from './a';
        export const x: Stats | number = a; console.log(typeof fs.readFileSync, a, Object.keys(exports)); ${KIND}`,
      'a.ts': 'export const a = 5',
    },
    out: "function 5 [ 'x' ]\ncommonjs",
  },
  'import of .cts with names': {
    files: { 'main.ts': "import d, { a } from './c.cjs'; console.log(d.a, a)", 'c.cts': 'exports.a = 1 as number' },
    out: '1 1',
  },
  'require of an ES .ts': {
    files: { 'main.cts': "const { a } = require('./e'); console.log(a)", 'e.ts': 'export const a: number = 2' },
    run: 'main.cts', out: '2',
  },
  'require of TypeScript from JavaScript': {
    files: { 'main.cjs': "console.log(require('./e.ts').a, require('./c').b)", 'e.ts': 'export const a: number = 2',
      'c.cts': 'exports.b = 3 as number' },
    run: 'main.cjs', out: '2 3',
  },
  'import x = require() in CommonJS': {
    files: { 'main.cts': "import os = require('os'); console.log(typeof os.cpus)" }, run: 'main.cts', out: 'function',
  },
  'import x = require() in an ES module': {
    files: { 'main.mts': "import os = require('os');\nconsole.log(typeof os.cpus);\nthrow new Error('x')" },
    run: 'main.mts', out: 'function', err: /main\.mts:3:7/,
  },
  'export = with ES imports is CommonJS': {
    files: { 'main.ts': "import a = require('./a'); console.log(a.b)", 'a.ts': "import fs from 'fs'; export = { b: typeof fs }" },
    out: 'object',
  },
  'require.main and module': {
    files: { 'main.cts': 'console.log(require.main === module, module.id, __filename)' },
    run: 'main.cts', out: 'true . $DIR/main.cts',
  },
  'import.meta.main, filename, dirname': {
    files: { 'main.mts': 'console.log(import.meta.main, import.meta.filename, import.meta.dirname)' },
    run: 'main.mts', out: 'true $DIR/main.mts $DIR',
  },
  'argv': {
    files: { 'main.ts': 'console.log(process.argv.slice(1).join())' }, args: ['a', '-b', '--c=d'], out: '$DIR/main.ts,a,-b,--c=d',
  },
  'imports that are only types are left out': {
    files: {
      'main.ts': "import { I, T, v } from './x'; import { J } from './missing'; const i: I = v; let j: J; console.log(i)",
      'x.ts': 'export interface I {} export type T = 1; export const v = 7',
    },
    out: '7',
  },
  'verbatimModuleSyntax keeps imports': {
    files: {
      'tsconfig.json': '{"compilerOptions":{"verbatimModuleSyntax":true}}',
      'main.ts': "import { a } from './x'; import type { I } from './missing'; export {}; console.log('main')",
      'x.ts': "console.log('side effect'); export const a = 1",
    },
    out: 'side effect\nmain',
  },
  'names of ES syntax compiled to CommonJS are seen by import': {
    files: {
      'c/package.json': CJS, 'c/x.ts': "export const a = 1; export default class D {}; export * from './y'",
      'c/y.ts': 'export function b() { return 2 }',
      'main.mts': "import d, { a, b } from './c/x.js'; console.log(a, b(), Object.keys(d))",
    },
    run: 'main.mts', out: "1 2 [ 'a', 'default', 'b' ]",
  },
  'a hashbang and CRLF': {
    files: { 'main.ts': "#!/usr/bin/env dx\r\nimport os = require('os');\r\nexport {};\r\n\r\nthrow new Error(typeof os)" },
    err: /Error: object\n {4}at .*\$DIR\/main\.ts:5:7/,
  },
  'a hashbang in CommonJS': {
    files: { 'main.cts': '#!/usr/bin/env dx\nlet a: 1 = 1; console.log(a)' }, run: 'main.cts', out: '1',
  },
  'a declaration file is nothing at run time': {
    files: { 'main.ts': "import './t.d.ts'; console.log(1)", 't.d.ts': 'export declare const x: number; declare global { var y: 1 }' },
    out: '1',
  },
  'an empty file': { files: { 'main.ts': "import './e'; import * as e from './e'; console.log(Object.keys(e.default))", 'e.ts': '' }, out: '[]' },
  'a file is loaded once however it is spelled': {
    files: {
      'main.ts': "import './n'; import './n.js'; import './n.ts'; await import('./n'); export {}", 'n.ts': "console.log('n'); export {}",
    },
    out: 'n',
  },
  'cycles': {
    files: {
      'main.ts': "import { b } from './b'; export const a = () => 'a'; console.log(b())",
      'b.ts': "import { a } from './main'; export const b = () => 'b' + a()",
    },
    out: 'ba',
  },
  'enums, namespaces, parameter properties, satisfies, using': {
    files: {
      'main.mts': `enum E { A = 1, B = A << 2 } const enum C { X = 'x' }
        namespace N { export let n = 1; export function up() { n++ } }
        class P { constructor(readonly q: number) {} }
        N.up(); { using d = { [Symbol.dispose]() { console.log('disposed') } }; }
        console.log(E.B, E[4], C.X, N.n, new P(3).q, ({ a: 1 }) satisfies object, <any>1 as number)`.replace('<any>1', '1'),
    },
    run: 'main.mts', out: 'disposed\n4 B x 2 3 { a: 1 } 1',
  },
});
