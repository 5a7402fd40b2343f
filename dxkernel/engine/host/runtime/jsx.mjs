/**
 * The JSX runtime of notebooks that have no other: elements are plain data, function components are called when an element is
 * shown, and it is shown as HTML. Text and attributes are escaped; `dangerouslySetInnerHTML` is as in React.
 */

import { inspect } from 'node:util';
import { escapeHtml } from './tables.mjs';
import { displaySymbol } from './values.mjs';

const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
/** The names HTML uses for what JSX cannot or does not call so. @type {Record<string, string>} */
const RENAMED = { className: 'class', htmlFor: 'for' };
// A component that renders itself would never end.
const MAX_DEPTH = 500;

export const Fragment = Symbol.for('dx.jsx.fragment');

class Element {
  /** @param {any} type @param {Record<string, any>} props @param {any} key */
  constructor(type, props, key) {
    this.type = type;
    this.props = props;
    this.key = key ?? null;
  }
  [/** @type {any} */ (displaySymbol)]() {
    const html = toHtml(this, 0);
    return { [html.startsWith('<svg') ? 'image/svg+xml' : 'text/html']: html, 'text/plain': inspect(this, { depth: 3 }) };
  }
}

/** @param {any} type @param {any} props @param {any} [key] */
export function jsx(type, props, key) {
  return new Element(type, props ?? {}, key);
}
export { jsx as jsxs, jsx as jsxDEV };

/** @param {any} node @param {number} depth @returns {string} */
function toHtml(node, depth) {
  if (depth > MAX_DEPTH) throw new RangeError(`JSX elements are nested more than ${MAX_DEPTH} deep`);
  if (node === null || node === undefined || typeof node === 'boolean') return '';
  if (typeof node !== 'object') return escapeHtml(String(node));
  if (!(node instanceof Element)) return children(node, depth);
  const { type, props } = node;
  if (typeof type === 'function') return toHtml(isClass(type) ? new type(props).render() : type(props), depth + 1);
  if (type === Fragment) return toHtml(props.children, depth + 1);
  const open = `<${tagName(type)}${Object.entries(props).map(attribute).join('')}>`;
  if (VOID.has(type)) return open;
  const inner = props.dangerouslySetInnerHTML?.__html ?? toHtml(props.children, depth + 1);
  return `${open}${inner}</${type}>`;
}

/** @param {any} node @param {number} depth */
function children(node, depth) {
  if (typeof node[Symbol.iterator] !== 'function') throw new TypeError(`not something JSX can show: ${inspect(node, { depth: 0 })}`);
  return [...node].map((child) => toHtml(child, depth + 1)).join('');
}

/** @param {any} type */
function tagName(type) {
  if (typeof type === 'string' && /^[a-z][\w.:-]*$/i.test(type)) return type;
  throw new TypeError(`not an element type: ${inspect(type, { depth: 0 })}`);
}

/** @param {Function} type */
function isClass(type) {
  return typeof type.prototype?.render === 'function';
}

/** @param {[string, any]} entry */
function attribute([name, value]) {
  if (name === 'children' || name === 'dangerouslySetInnerHTML' || name === 'ref' || value === false || value == null) return '';
  // Handlers would run in the page, where their scope is not.
  if (typeof value === 'function' || !/^[\w:.-]+$/.test(name)) return '';
  const known = RENAMED[name] ?? name;
  if (value === true) return ` ${known}`;
  return ` ${known}="${escapeHtml(name === 'style' && typeof value === 'object' ? css(value) : String(value))}"`;
}

/** @param {Record<string, any>} style */
function css(style) {
  return Object.entries(style).map(([key, value]) => `${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: ${value}`).join('; ');
}
