/** Errors: positions in the file as it was written, and what a file that does not parse says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { check, inProject, run } from './modules_support.mjs';

const TYPES = 'interface A {\n  a: number;\n}\n\ntype B = A | string;\n\n';

check({
  'an uncaught error in an ES module': {
    files: { 'main.ts': `import 'node:fs';\n${TYPES}function f(b: B): never {\n  throw new Error('x' + b);\n}\n\nf('1');\n` },
    err: [/^\$DIR\/main\.ts:9\n {2}throw new Error\('x' \+ b\);\n {8}\^/, /at f \(\$DIR\/main\.ts:9:9\)/, /\$DIR\/main\.ts:12:1/],
  },
  'an uncaught error in CommonJS': {
    files: { 'main.cts': `${TYPES}  (null as any).x;` }, run: 'main.cts', err: /\$DIR\/main\.cts:7:/,
  },
  'error.stack is mapped': {
    files: { 'main.ts': `${TYPES}console.log(new Error('e').stack!.split('\\n')[1])` },
    out: '    at Object.<anonymous> ($DIR/main.ts:7:13)',
  },
  'a source with decorators is mapped': {
    files: { 'main.mts': `${TYPES}const d = (...a: unknown[]) => {};\n@d class A {\n\n  m(): void {\n    throw new Error('deco');\n  }\n}\nnew A().m();` },
    run: 'main.mts', err: [/at A\.m \(\$DIR\/main\.mts:11:11\)/, /\$DIR\/main\.mts:14:9/],
  },
  'ES syntax compiled to CommonJS is mapped': {
    files: { 'package.json': '{"type":"commonjs"}', 'main.ts': `import fs from 'fs';\n${TYPES}export const a: number = fs.nope();\n` },
    err: /\$DIR\/main\.ts:8:2\d/,
  },
  'a syntax error': {
    files: { 'main.ts': 'const a: number = 1;\n\tlet é = "😀" + ;\n' },
    err: /^SyntaxError: \$DIR\/main\.ts:2:17: Unexpected token\n\n\tlet é = "😀" \+ ;\n\t {15}\^\n {4}at \$DIR\/main\.ts:2:17\n/,
  },
  'a syntax error in an imported file': {
    files: { 'main.ts': "import './bad'", 'bad.ts': 'class {' }, err: /^SyntaxError: \$DIR\/bad\.ts:1:\d: /,
  },
  'every diagnostic is shown': {
    files: { 'main.ts': 'let a = 1;\nlet a = 2;\nlet b;\nconst b = 3; export {}' },
    err: [/main\.ts:2:5: .*`a`/, /main\.ts:4:7: .*`b`/],
  },
  'a file that cannot be read': { files: { 'main.mts': "import './dir.ts'", 'dir.ts/x': '' }, run: 'main.mts', err: /ERR_UNSUPPORTED_DIR_IMPORT|EISDIR/ },
});

test('a program can catch a syntax error and read its diagnostics', () => {
  const main = `import('./bad.ts').catch((error) => {
    console.log(error instanceof SyntaxError, error.name, JSON.stringify(error.diagnostics));
  });`;
  inProject({ 'main.mjs': main, 'bad.ts': 'let x: = 1' }, (dir) => {
    const { stdout } = run(dir, { run: 'main.mjs' });
    assert.match(stdout, /^true SyntaxError \[\{"message":"[^"]+","file":"[^"]+bad\.ts","line":1,"column":8,"frame":"let x: = 1\\n {7}\^"/);
  });
});

test('JavaScript keeps the stack traces of Node', () => {
  inProject({ 'main.mjs': 'console.log(process.sourceMapsEnabled)', 'main.ts': 'console.log(process.sourceMapsEnabled)' }, (dir) => {
    assert.equal(run(dir, { run: 'main.mjs' }).stdout, 'false\n');
    assert.equal(run(dir, { run: 'main.ts' }).stdout, 'true\n');
  });
});
