/** TypeScript's `paths` and `baseUrl`: which files a bare specifier may be. Values in, values out. */

import { join, resolve } from 'node:path';

import { endsWith, entries, indexOf, slice, startsWith } from './refs.cjs';

/** @import { TsConfig } from './types.mjs' */

/**
 * The paths a specifier is mapped to, best first; none when the configuration does not speak of it.
 * @param {string} specifier
 * @param {TsConfig} config
 * @returns {string[]}
 */
export function pathCandidates(specifier, config) {
  const { paths, pathsBase, baseUrl } = config;
  const found = [];
  const match = paths && bestPattern(specifier, paths);
  if (match) for (const target of match.targets) found.push(resolve(pathsBase, fill(target, match.star)));
  if (baseUrl !== undefined) found.push(join(baseUrl, specifier));
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
  for (const [pattern, targets] of entries(paths)) {
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
