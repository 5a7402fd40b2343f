/** TypeScript's `paths` and `baseUrl`: which files a bare specifier may be. Values in, values out. */

import { join, resolve } from 'node:path';

import { endsWith, indexOf, keys, push, slice, startsWith } from './refs.cjs';

/** @import { TsConfig } from './types.mjs' */

/**
 * The paths a specifier is mapped to, best first; none when the configuration does not speak of it.
 * @param {string} specifier
 * @param {TsConfig} config
 * @returns {string[]}
 */
export function pathCandidates(specifier, config) {
  const { paths, pathsBase, baseUrl } = config;
  const found = /** @type {string[]} */ ([]);
  const match = paths && bestPattern(specifier, paths);
  if (match) {
    const { targets, star } = match;
    for (let i = 0; i < targets.length; i++) push(found, resolve(pathsBase, fill(targets[i], star)));
  }
  if (baseUrl !== undefined) push(found, join(baseUrl, specifier));
  return found;
}

/**
 * An exact pattern wins, then the one with the longest text before its star.
 * @param {string} specifier
 * @param {Record<string, string[]>} paths
 */
function bestPattern(specifier, paths) {
  let best;
  let bestLength = -1;
  const patterns = keys(paths);
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i];
    const targets = paths[pattern];
    const at = indexOf(pattern, '*');
    if (at === -1) {
      if (pattern === specifier) return { targets, star: '' };
      continue;
    }
    const after = pattern.length - at - 1;
    if (at <= bestLength || specifier.length < at + after) continue;
    if (!startsWith(specifier, slice(pattern, 0, at)) || !endsWith(specifier, slice(pattern, at + 1))) continue;
    bestLength = at;
    best = { targets, star: slice(specifier, at, specifier.length - after) };
  }
  return best;
}

/**
 * @param {string} target
 * @param {string} star
 */
function fill(target, star) {
  const at = indexOf(target, '*');
  return at === -1 ? target : slice(target, 0, at) + star + slice(target, at + 1);
}
