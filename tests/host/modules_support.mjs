/** One helper for the tests of the module hooks: write a small project, run a file of it, compare. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

export const REGISTER = fileURLToPath(new URL('../../dxkernel/engine/host/modules/register.cjs', import.meta.url));

/**
 * @typedef {object} Case
 * @property {Record<string, string>} files
 * @property {string} [run] the file to run; `main.ts` by default
 * @property {string[]} [args]
 * @property {string[]} [options] Node's
 * @property {string} [out] stdout, without the last line break
 * @property {RegExp | RegExp[]} [err] what stderr must contain; then the exit code must be 1. Without it, stderr is empty
 */

/**
 * Runs every case as a test of its own, in a directory of its own. `$DIR` in expectations is that directory.
 * @param {Record<string, Case>} cases
 */
export function check(cases) {
  for (const [name, item] of Object.entries(cases)) test(name, () => inProject(item.files, (dir) => checkOne(dir, item)));
}

/**
 * @param {string} dir
 * @param {Case} item
 */
function checkOne(dir, item) {
  const { status, stdout, stderr } = run(dir, item);
  const errors = [item.err ?? []].flat();
  if (errors.length === 0) assert.equal(stderr, '');
  if (item.out !== undefined) assert.equal(stdout.trimEnd().replaceAll(dir, '$DIR'), item.out);
  for (const error of errors) assert.match(stderr.replaceAll(dir, '$DIR'), error);
  assert.equal(status, errors.length === 0 ? 0 : 1);
}

/**
 * @param {string} dir
 * @param {Pick<Case, 'run' | 'args' | 'options'>} item
 */
export function run(dir, { run: file = 'main.ts', args = [], options = [] }) {
  const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };
  const argv = ['--require', REGISTER, ...options, join(dir, file), ...args];
  return spawnSync(process.execPath, argv, { cwd: dir, env, encoding: 'utf8', timeout: 30_000 });
}

/**
 * @template Result
 * @param {Record<string, string>} files
 * @param {(dir: string) => Result} use
 * @returns {Result}
 */
export function inProject(files, use) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'dx-modules-')));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  let result;
  try {
    result = use(dir);
  } catch (error) {
    remove();
    throw error;
  }
  if (result instanceof Promise) return /** @type {any} */ (result.finally(remove));
  remove();
  return result;
}
