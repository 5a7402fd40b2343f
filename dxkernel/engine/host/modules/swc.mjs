/** The transformer for what OXC does not lower: standard decorators, `accessor`, ES syntax in a CommonJS file. */

import { createRequire } from 'node:module';

import { locate } from './diagnostics.mjs';
import { exec, jsonParse } from './refs.cjs';
import { usesDefine } from './transform.mjs';

/** @import { Format, TransformRequest, TransformResult } from './types.mjs' */

const require = createRequire(import.meta.url);

/**
 * Transforms a file that OXC has already accepted.
 * @param {TransformRequest} request
 * @param {Format} format
 * @returns {TransformResult}
 */
export function transformWithSwc(request, format) {
  /** @type {typeof import('@swc/core')} */
  const { transformSync } = require('@swc/core');
  try {
    const { code, map } = transformSync(request.source, swcOptions(request, format));
    const { mappings, names } = jsonParse(map ?? '{"mappings":"","names":[]}');
    return { ok: true, code, format, map: { version: 3, sources: [request.sourceUrl], names, mappings } };
  } catch (error) {
    return { ok: false, diagnostics: [diagnosticOf(/** @type {Error} */ (error), request)] };
  }
}

/**
 * @param {TransformRequest} request
 * @param {Format} format
 * @returns {import('@swc/core').Options}
 */
function swcOptions({ filename, lang, options }, format) {
  const legacy = options.experimentalDecorators === true;
  return {
    filename,
    sourceMaps: true,
    inputSourceMap: false,
    isModule: true,
    // Neither .swcrc nor browserslist of the user's project speak to us.
    configFile: false,
    swcrc: false,
    module: format === 'module' ? { type: 'es6' } : { type: 'commonjs', ignoreDynamic: true, exportInteropAnnotation: true },
    jsc: {
      target: 'esnext',
      keepClassNames: true,
      assumptions: usesDefine(options) ? {} : { setPublicClassFields: true },
      parser: lang === 'jsx'
        ? { syntax: 'ecmascript', jsx: true, decorators: true }
        : { syntax: 'typescript', tsx: lang === 'tsx', decorators: true },
      transform: {
        ...(legacy ? { legacyDecorator: true, decoratorMetadata: options.emitDecoratorMetadata === true } : {}),
        ...(legacy ? {} : { decoratorVersion: '2022-03' }),
        useDefineForClassFields: usesDefine(options),
        verbatimModuleSyntax: options.verbatimModuleSyntax === true && format === 'module',
        react: options.jsx === 'react'
          ? { runtime: 'classic', pragma: options.jsxFactory, pragmaFrag: options.jsxFragmentFactory }
          : { runtime: 'automatic', importSource: options.jsxImportSource, development: options.jsx === 'react-jsxdev' },
      },
    },
  };
}

/**
 * swc's errors are text: `  x message`, then a frame that begins with `,-[file:line:column]`.
 * @param {Error} error
 * @param {TransformRequest} request
 */
function diagnosticOf({ message }, { source, filename }) {
  const text = exec(/^\s*[x×]\s+(.*)$/mu, message)?.[1] ?? message;
  const place = exec(/[,╭]-?─?\[.*:(\d+):(\d+)\]/u, message);
  let offset = 0;
  if (place !== null) {
    const lines = source.split('\n');
    for (let line = 1; line < Number(place[1]); line++) offset += /** @type {string} */ (lines[line - 1]).length + 1;
    offset += Number(place[2]) - 1;
  }
  return { message: text, ...locate(source, filename, offset, offset + 1) };
}
