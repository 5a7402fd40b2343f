/**
 * One cell of `dx eval`, transformed and compiled.
 *
 * The transformed cell is given to Node's own CommonJS loader as a file in the working directory, with its source map.
 * So `import` and `require` resolve as they would for a script there, and every stack trace, a timer's too, is mapped by
 * Node itself. There is one cell only, so its names are local variables, the fastest kind there is.
 */

import { createRequire, Module, setSourceMapsSupport } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { transformCell } from '../cell/transform.mjs';
import { tsconfigFor } from '../modules/tsconfig.mjs';
import { cellHost } from './cell_host.mjs';

const NAME = '[eval]';
const require = createRequire(import.meta.url);

/** @typedef {() => Promise<{ v: unknown }>} Body runs the cell, once */

/**
 * The cell, ready to run; or `undefined` after its diagnostics went to stderr and the exit code was set.
 * @param {string} source
 * @returns {Body | undefined}
 */
export function compileCell(source) {
  const directory = process.cwd();
  const cell = transformCell(source, { name: NAME, tsconfig: tsconfigFor(directory).options });
  if (!cell.ok) return refuse(source, cell.diagnostics);
  const compiled = compile(cell, join(directory, NAME));
  const host = cellHost(compiled);
  return compiled.cell.bind(undefined, host);
}

/**
 * @typedef {object} Compiled
 * @property {(host: object) => Promise<{ v: unknown }>} cell
 * @property {(specifier: string, options?: ImportCallOptions) => Promise<object>} importer imports as a file there does
 * @property {NodeJS.Require} require
 * @property {string} filename
 */

/**
 * @param {import('../cell/transform.mjs').Transformed} cell
 * @param {string} filename
 * @returns {Compiled}
 */
function compile(cell, filename) {
  const names = [...cell.declare, ...cell.keep];
  const declared = names.length === 0 ? '' : `let ${names.join(', ')};`;
  // On a line of its own, so that the map only has to be moved down by one. `this` is the global object in a cell.
  // Given to a function, because V8 would name the cell after a property, in every stack trace.
  const before = `module.exports(require, (s, o) => import(s, o), (function () { ${declared} return (`;
  const map = { ...cell.map, mappings: `;${cell.map.mappings}`, sources: [pathToFileURL(filename).href] };
  const inline = Buffer.from(JSON.stringify(map)).toString('base64');
  const text = `${before}\n${cell.body}\n); }).call(globalThis));\n` +
    `//# sourceMappingURL=data:application/json;base64,${inline}\n`;
  setSourceMapsSupport(true);
  const file = new Module(filename);
  file.filename = filename;
  file.paths = /** @type {any} */ (Module)._nodeModulePaths(process.cwd());
  /** @type {any[]} */
  let parts = [];
  file.exports = (/** @type {any[]} */ ...given) => { parts = given; };
  /** @type {any} */ (file)._compile(text, filename, 'commonjs');
  const [require, importer, run] = parts;
  // As in `node -e`, whose programs have it, too.
  Object.assign(globalThis, { require });
  return { cell: run, importer, require, filename };
}

/**
 * @param {string} source
 * @param {import('../cell/diagnostics.mjs').Diagnostic[]} diagnostics
 */
function refuse(source, diagnostics) {
  /** @type {typeof import('../modules/diagnostics.mjs')} */
  const { locate, syntaxErrorFor } = require('../modules/diagnostics.mjs');
  const lines = source.split('\n');
  const located = diagnostics.map(({ message, line, column, endLine, endColumn, hint }) => {
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + column - 1;
    const width = endLine === line ? endColumn - column : 1;
    return { message, ...locate(source, NAME, start, start + width), ...(hint ? { help: hint } : {}) };
  });
  process.stderr.write(`${syntaxErrorFor(located).stack}\n`);
  process.exitCode = 1;
  return undefined;
}
