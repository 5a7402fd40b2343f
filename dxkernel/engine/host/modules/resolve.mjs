/**
 * What resolution adds to Node's for TypeScript: `paths` and `baseUrl`, extensions left out, `index` files, and
 * `./x.js` written for `x.ts`.
 *
 * Node's answer stands whenever it has one, and Node's error is what the program sees when nothing is found. The one
 * exception is what TypeScript itself puts first: in a TypeScript file, `paths` come before `node_modules`, and a
 * relative specifier without extension prefers a TypeScript file to a compiled one beside it.
 */

import { dirname, extname, isAbsolute, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';

import { isDirectory, isFile, packageAt } from './files.mjs';
import { isTransformed, withoutOurFrames } from './hooks.cjs';
import { arrayIncludes, cwd, endsWith, exec, includes, push, slice, startsWith } from './refs.cjs';
import { tsconfigFor } from './tsconfig.mjs';
import { pathCandidates } from './paths.mjs';

/** @import { ResolveContext, Resolved, NextResolve } from './types.mjs' */

const MISSING = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT'];
const PATH_LIKE = /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|file:|[a-zA-Z]:[/\\])/;
const TYPESCRIPT = ['.ts', '.tsx', '.mts', '.cts', '.jsx'];
const ADDED = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
/** @type {Record<string, string[]>} what `./x.js` may mean, in TypeScript's order */
const WRITTEN_AS = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx', '.ts'], '.mjs': ['.mts'], '.cjs': ['.cts'] };
/** The helpers of OXC's transforms that we ship, because a user's project does not have them. */
const HELPER = /^@oxc-project\/runtime\/helpers\/(decorate|decorateMetadata|decorateParam)$/;

/**
 * Resolves a specifier of a TypeScript or JSX file, or throws Node's error.
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 * @returns {Resolved}
 */
export function resolveFromTypeScript(specifier, context, next) {
  const helper = exec(HELPER, specifier);
  if (helper !== null) return { url: new URL(`./helpers/${helper[1]}.cjs`, import.meta.url).href, shortCircuit: true };
  const from = /** @type {string} */ (context.parentURL);
  const ahead = isPathLike(specifier)
    ? preferTypeScript(specifier, context, next)
    : resolveMapped(specifier, context, next);
  if (ahead !== undefined) return withJson(ahead, from, context);
  try {
    return withJson(next(specifier, context), from, context);
  } catch (error) {
    const found = resolveMissing(specifier, context, next, error);
    if (found === undefined) throw withoutOurFrames(error); // node-do-not-add-exception-line
    return withJson(found, from, context);
  }
}

/**
 * What a specifier that Node could not resolve means to us, if anything.
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 * @param {unknown} error
 * @returns {Resolved | undefined}
 */
export function resolveMissing(specifier, context, next, error) {
  const from = context.parentURL;
  if (!arrayIncludes(MISSING, /** @type {any} */ (error)?.code)) return undefined;
  const typed = isTransformed(from);
  // What is inside node_modules was written for Node; only TypeScript there needs its own rules.
  if (!typed && from !== undefined && includes(from, '/node_modules/')) return undefined;
  if (!isPathLike(specifier)) return typed ? undefined : resolveMapped(specifier, context, next);
  const target = locate(specifier, from);
  return target && firstFile(candidates(target.path, []), target.suffix, context, next);
}

/** @param {string} specifier */
function isPathLike(specifier) {
  return exec(PATH_LIKE, specifier) !== null;
}

/**
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 */
function preferTypeScript(specifier, context, next) {
  if (extname(specifier) !== '' && exec(/\.(?:[mc]?[jt]sx?|json|node|wasm)(?:[?#]|$)/, specifier) !== null) return;
  const target = locate(specifier, context.parentURL);
  if (target === undefined || isFile(target.path)) return undefined;
  return firstFile(withEndings(target.path, TYPESCRIPT, []), target.suffix, context, next);
}

/**
 * `paths` and `baseUrl` of the nearest tsconfig.json.
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 */
function resolveMapped(specifier, context, next) {
  const from = context.parentURL;
  if (from === undefined || !startsWith(from, 'file:') || startsWith(specifier, '#')) return undefined;
  if (includes(from, '/node_modules/')) return undefined;
  const config = tsconfigFor(dirname(fileURLToPath(from)));
  const mapped = pathCandidates(specifier, config);
  for (let i = 0; i < mapped.length; i++) {
    const found = firstFile(candidates(mapped[i], [mapped[i]]), '', context, next);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The path that a path-like specifier names, and its query and fragment, which only ES modules have.
 * @param {string} specifier
 * @param {string | undefined} from
 */
function locate(specifier, from) {
  try {
    if (isAbsolute(specifier) && !startsWith(specifier, '//') && from === undefined) {
      return { path: specifier, suffix: '' };
    }
    const url = new URL(specifier, from ?? pathToFileURL(cwd() + '/'));
    return { path: fileURLToPath(url), suffix: url.search + url.hash };
  } catch {
    return undefined;
  }
}

/**
 * Adds to `paths` the files that a path may stand for when there is none of exactly that name, best first.
 * @param {string} path
 * @param {string[]} paths
 * @returns {string[]} `paths`
 */
function candidates(path, paths) {
  const extension = extname(path);
  withEndings(slice(path, 0, -extension.length), WRITTEN_AS[extension] ?? [], paths);
  if (!endsWith(path, '/')) withEndings(path, ADDED, paths);
  if (isDirectory(path)) {
    const main = packageAt(path)?.main;
    if (typeof main === 'string' && main !== '' && main !== '.') {
      const file = resolvePath(path, main);
      push(paths, file);
      if (file !== path) candidates(file, paths);
    }
    withEndings(join(path, 'index'), ADDED, paths);
  }
  return paths;
}

/**
 * @param {string} path
 * @param {string[]} endings
 * @param {string[]} paths
 * @returns {string[]} `paths`, to which the path with each of the endings was added
 */
function withEndings(path, endings, paths) {
  for (let i = 0; i < endings.length; i++) push(paths, path + endings[i]);
  return paths;
}

/**
 * @param {string[]} paths
 * @param {string} suffix
 * @param {ResolveContext} context
 * @param {NextResolve} next
 */
function firstFile(paths, suffix, context, next) {
  // `require` takes paths, `import` takes URLs; Node then finishes the work (symbolic links, format, caches).
  const required = arrayIncludes(context.conditions, 'require');
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i];
    if (isFile(path)) return next(required ? path : pathToFileURL(path).href + suffix, context);
  }
  return undefined;
}

/**
 * Lets TypeScript with `resolveJsonModule` import JSON without an attribute.
 * @param {Resolved} resolved
 * @param {string} from
 * @param {ResolveContext} context
 * @returns {Resolved}
 */
function withJson(resolved, from, context) {
  if (!endsWith(resolved.url, '.json') || context.importAttributes?.type !== undefined) return resolved;
  if (!arrayIncludes(context.conditions, 'import')) return resolved;
  if (tsconfigFor(dirname(fileURLToPath(from))).options.resolveJsonModule !== true) return resolved;
  return { ...resolved, importAttributes: { type: 'json' } };
}
