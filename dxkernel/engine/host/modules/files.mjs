/** What the hooks ask the file system: is it a file, what does the nearest package.json or tsconfig.json say. */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { endsWith, jsonParse, mapGet, mapHas, mapSet, SafeMap } from './refs.cjs';

/** @typedef {{ type?: 'module' | 'commonjs', main?: string }} PackageJson as far as we read it */

/** @param {string} path */
export function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** @param {string} path */
export function isDirectory(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The text of a file, or `undefined` when there is none.
 * @param {string} path
 */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The package.json in this directory. One that does not parse counts as empty: Node reports it where it matters.
 * @param {string} directory
 * @returns {PackageJson | undefined}
 */
export function packageAt(directory) {
  const text = readText(join(directory, 'package.json'));
  if (text === undefined) return undefined;
  try {
    return jsonParse(text) ?? {};
  } catch {
    return {};
  }
}

/** @type {Map<string, 'module' | 'commonjs' | undefined>} */
const types = new SafeMap();

/**
 * `type` of the package that holds this directory, as Node finds it: the nearest package.json decides, with or without
 * the field, and the search ends at a `node_modules` folder.
 * @param {string} directory
 * @returns {'module' | 'commonjs' | undefined}
 */
export function packageType(directory) {
  if (mapHas(types, directory)) return mapGet(types, directory);
  let found;
  if (!endsWith(directory, 'node_modules')) {
    const own = packageAt(directory);
    const parent = dirname(directory);
    if (own !== undefined) found = own.type === 'module' || own.type === 'commonjs' ? own.type : undefined;
    else if (parent !== directory) found = packageType(parent);
  }
  mapSet(types, directory, found);
  return found;
}
