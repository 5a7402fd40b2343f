/** JSON with comments and trailing commas, as tsconfig.json is written. */

import { codeAt, exec, jsonParse, SafeSyntaxError, slice } from './refs.cjs';

/**
 * The value of a JSONC text. Throws a SyntaxError that names the file.
 * @param {string} text
 * @param {string} file
 * @returns {any}
 */
export function parseJsonc(text, file) {
  const json = toJson(codeAt(text, 0) === 0xfeff ? slice(text, 1) : text);
  try {
    return exec(/\S/, json) === null ? {} : jsonParse(json);
  } catch (error) {
    throw new SafeSyntaxError(`${file}: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * Blanks out comments and trailing commas, so that positions in the parser's message stay right.
 * @param {string} text
 */
function toJson(text) {
  const token = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*[}\]])/g;
  let json = '';
  let end = 0;
  for (let match = exec(token, text); match !== null; match = exec(token, text)) {
    const found = match[0];
    json += slice(text, end, match.index) + (found[0] === '"' ? found : blank(found));
    end = match.index + found.length;
  }
  return json + slice(text, end);
}

/** @param {string} text */
function blank(text) {
  let blanks = '';
  for (let index = 0; index < text.length; index++) blanks += text[index] === '\n' ? '\n' : ' ';
  return blanks;
}
