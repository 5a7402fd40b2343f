/**
 * The nearest tsconfig.json, with its `extends`, as far as running a file needs it.
 *
 * A configuration that cannot be read or parsed is a SyntaxError that names it: running with other options than the
 * ones written there would be worse. Results are kept for the life of the thread.
 */

import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { isFile, readText } from './files.mjs';
import { parseJsonc } from './jsonc.mjs';
import { arrayIncludes, endsWith, isArray, includes, keys, mapGet, mapSet, push, SafeMap, slice, startsWith } from './refs.cjs';

/** @import { CompilerOptions, TsConfig } from './types.mjs' */

/** @type {TsConfig} */
const NONE = { options: {}, pathsBase: '/' };

/** @type {Map<string, TsConfig>} */
const byDirectory = new SafeMap();

/**
 * The configuration that holds for files in a directory.
 * @param {string} directory
 * @returns {TsConfig}
 */
export function tsconfigFor(directory) {
  const known = mapGet(byDirectory, directory);
  if (known !== undefined) return known;
  const config = find(directory);
  mapSet(byDirectory, directory, config);
  return config;
}

/**
 * @param {string} directory
 * @returns {TsConfig}
 */
function find(directory) {
  // A package was built with its author's configuration, which is rarely shipped; a stray one must not change it.
  if (includes(directory + '/', '/node_modules/')) return NONE;
  const file = join(directory, 'tsconfig.json');
  if (isFile(file)) return read(file, []);
  const parent = dirname(directory);
  return parent === directory ? NONE : tsconfigFor(parent);
}

/**
 * @param {string} file
 * @param {string[]} chain the files that extend this one, to end cycles
 * @returns {TsConfig}
 */
function read(file, chain) {
  const text = readText(file);
  if (text === undefined || arrayIncludes(chain, file)) return NONE;
  const json = parseJsonc(text, file);
  const base = dirname(file);
  /** @type {TsConfig} */
  let config = { options: {}, pathsBase: base };
  const parents = asList(json?.extends);
  push(chain, file);
  for (let i = 0; i < parents.length; i++) config = merge(config, read(locateExtended(parents[i], base, file), chain));
  chain.length -= 1;
  return merge(config, own(json?.compilerOptions ?? {}, base, chain[0] ? dirname(chain[0]) : base));
}

/**
 * @param {CompilerOptions} options
 * @param {string} base
 * @param {string} root the directory of the configuration that was asked for, `${configDir}` in TypeScript's words
 * @returns {TsConfig}
 */
function own(options, base, root) {
  const { paths, baseUrl, ...rest } = options;
  /** @param {string} path */
  const expand = (path) => (startsWith(path, '${configDir}') ? join(root, slice(path, 12)) : path);
  /** @type {TsConfig} */
  const config = { options: rest, pathsBase: base };
  if (typeof baseUrl === 'string') config.baseUrl = config.pathsBase = resolve(base, expand(baseUrl));
  if (paths !== null && typeof paths === 'object') {
    config.paths = {};
    const names = keys(paths);
    for (let i = 0; i < names.length; i++) {
      const targets = (config.paths[names[i]] = asList(paths[names[i]]));
      for (let j = 0; j < targets.length; j++) targets[j] = expand(targets[j]);
    }
  }
  return config;
}

/**
 * @param {TsConfig} under
 * @param {TsConfig} over
 * @returns {TsConfig}
 */
function merge(under, over) {
  const baseUrl = over.baseUrl ?? under.baseUrl;
  return {
    options: { ...under.options, ...over.options },
    paths: over.paths ?? under.paths,
    pathsBase: baseUrl ?? (over.paths ? over.pathsBase : under.paths ? under.pathsBase : over.pathsBase),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

/**
 * @param {string} name
 * @param {string} base
 * @param {string} file
 */
function locateExtended(name, base, file) {
  if (startsWith(name, './') || startsWith(name, '../') || name === '..' || isAbsolute(name)) {
    const path = resolve(base, name);
    return endsWith(path, '.json') || isFile(path) ? path : `${path}.json`;
  }
  const { resolve: find } = createRequire(file);
  const requests = [name, `${name}.json`, `${name}/tsconfig.json`];
  for (let i = 0; i < requests.length; i++) {
    try {
      const path = find(requests[i]);
      if (endsWith(path, '.json')) return path;
    } catch {
      // The next spelling; TypeScript tries the same ones.
    }
  }
  return resolve(base, name);
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function asList(value) {
  const list = /** @type {string[]} */ ([]);
  if (typeof value === 'string') push(list, value);
  if (!isArray(value)) return list;
  for (let i = 0; i < value.length; i++) if (typeof value[i] === 'string') push(list, value[i]);
  return list;
}
