/**
 * `dx eval CODE`: one cell, in this process and nothing around it.
 *
 * The promise of a cell gets no reject handler: a failure is an uncaught error of Node's, with exit code 1.
 * CommonJS, and small, because it is on the path of every start.
 */
'use strict';

const plain = require('./plain.cjs');

/** @typedef {import('./plain.cjs').Cell} Cell */

const NAME = '[eval]';
/** As Node's for a program whose top-level await never settles. */
const UNSETTLED_EXIT_CODE = 13;

const [node, , code = '', ...args] = process.argv;
process.argv = [/** @type {string} */ (node), NAME, ...args];
if (code === '-') readStdin().then(run);
else run(code);

/** @param {string} source */
function run(source) {
  const cell = plain.plainCell(source) ?? transformed(source);
  if (cell === undefined) return;
  const { stdout, stderr } = process;
  let settled = false;
  process.on('exit', (exitCode) => {
    if (settled || exitCode !== 0) return;
    process.exitCode = UNSETTLED_EXIT_CODE;
    stderr.write('Warning: Detected unsettled top-level await\n');
  });
  cell((value) => {
    settled = true;
    if (value !== undefined) stdout.write(`${show(value)}\n`);
  });
}

/**
 * @param {string} source
 * @returns {Cell | undefined}
 */
function transformed(source) {
  /** @type {typeof import('./cell.mjs')} */
  const { compileCell } = require('./cell.mjs');
  // JSX imports what the code does not name. Where they were preloaded, this is nothing new.
  require('../modules/register.cjs');
  const body = compileCell(source);
  return body === undefined ? undefined : plain.asyncCell(body);
}

/** @param {unknown} value */
function show(value) {
  const { inspect } = require('node:util');
  return inspect(value, { colors: process.stdout.isTTY && process.stdout.hasColors() });
}

async function readStdin() {
  let source = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) source += chunk;
  return source;
}
