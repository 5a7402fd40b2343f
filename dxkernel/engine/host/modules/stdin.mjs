/** `dx run -`: the program is what comes on standard input, as with `node -`, and may be TypeScript. */

import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { load } from './load.mjs';
import { serveVirtual } from './hooks.cjs';
import { transformSource } from './transform.mjs';

const NAME = '[stdin]';

process.argv[1] = '-';
await run(await readAll());

async function readAll() {
  let source = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) source += chunk;
  return source;
}

/** @param {string} source */
async function run(source) {
  // The name is not one a file could have by accident, and its directory makes `./x` mean what it does in the shell.
  const path = join(process.cwd(), `${NAME}.ts`);
  const url = pathToFileURL(path).href;
  serveVirtual(url, { source, filename: NAME });
  const loaded = load(url, { source, filename: NAME }, transformSource);
  if (loaded.format === 'module') {
    await import(url);
    return;
  }
  const module = new Module(NAME);
  module.filename = path;
  module.paths = /** @type {any} */ (Module)._nodeModulePaths(process.cwd());
  const globals = /** @type {any} */ (globalThis);
  // `node -` makes these global, so programs for it may rely on them.
  Object.assign(globals, { require: createRequire(path), module, exports: module.exports, __filename: NAME, __dirname: '.' });
  /** @type {any} */ (module)._compile(loaded.source, path, 'commonjs');
}
